//! The adapter contract bites: each adapter here has one fault, and the case that it is paired with fails on it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "these are tests")]

mod faulty_adapters {
    pub(crate) mod adapter;
    pub(crate) mod fault;
    pub(crate) mod request;
    pub(crate) mod response;
    pub(crate) mod store;
}

use std::pin::Pin;
use std::sync::Arc;

use session_conformance::adapter::AnyAdapter;
use session_conformance::{adapter, manager};

use faulty_adapters::adapter::{Faulty, OverFaulty, PassedOn};
use faulty_adapters::fault::{PLANTED, PLANTED_IN_STORES, StoreFault};
use faulty_adapters::store::FaultyStore;

type Trial = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One case on one fault.
fn on_adapter(adapter: AnyAdapter, name: &str) -> Option<Trial> {
    let case = adapter::cases().find(|case| case.name() == name)?;
    Some(Box::pin(async move { case.run(adapter).await }))
}

fn on_manager(fault: StoreFault, name: &str) -> Option<Trial> {
    let case = manager::cases().find(|case| case.name() == name)?;
    Some(Box::pin(
        async move { case.run(Arc::new(FaultyStore::new(fault))).await },
    ))
}

/// Promises that every trial fails, each on a promise.
async fn all_are_caught(trials: Vec<(String, Trial)>) {
    let tasks: Vec<_> = trials
        .into_iter()
        .map(|(name, trial)| (name, tokio::spawn(trial)))
        .collect();
    let mut survivors = Vec::new();
    for (name, task) in tasks {
        let Err(error) = task.await else {
            survivors.push(format!("{name}: passes"));
            continue;
        };
        let message = *error.into_panic().downcast::<String>().unwrap_or_default();
        if !message.starts_with("promised: ") {
            survivors.push(format!("{name}: fails without a promise: {message}"));
        }
    }
    assert!(survivors.is_empty(), "{survivors:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_faulty_adapter_is_caught_by_the_case_that_names_it() {
    let mut trials = Vec::new();
    for (fault, names) in PLANTED {
        for name in *names {
            let trial = on_adapter(AnyAdapter::new(Faulty(Some(*fault))), name).unwrap();
            trials.push((format!("{fault:?} in {name}"), trial));
        }
    }
    all_are_caught(trials).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_faulty_manager_is_caught_by_the_cases_that_name_it() {
    let mut trials = Vec::new();
    for (fault, names) in PLANTED_IN_STORES {
        for name in *names {
            let over = || AnyAdapter::new(OverFaulty(*fault));
            let trial = on_manager(*fault, name).or_else(|| on_adapter(over(), name));
            trials.push((format!("{fault:?} in {name}"), trial.unwrap()));
        }
    }
    all_are_caught(trials).await;
}

#[test]
fn every_public_case_is_in_the_lists() {
    let adapters = adapter::cases().map(|case| case.name().to_owned()).collect();
    assert_is_all_of("src/adapter", "(adapter: AnyAdapter) {", adapters);
    let managers = manager::cases().map(|case| case.name().to_owned()).collect();
    assert_is_all_of("src/manager", "(store: Arc<dyn Store>) {", managers);
}

fn assert_is_all_of(folder: &str, signature: &str, mut listed: Vec<String>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut written = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix("pub async fn ")?.strip_suffix(signature));
        written.extend(names.map(str::to_owned));
    }
    written.sort();
    listed.sort();
    assert_eq!(listed, written, "a case is in the list twice, or not at all");
}

/// What carries the faults has none of its own.
mod without_a_fault {
    use super::Faulty;

    session_conformance::adapter_contract!(Faulty(None));
}

/// Nor has what stands before a framework that binds for itself.
mod passed_on {
    use super::PassedOn;

    session_conformance::adapter_contract!(PassedOn);
}
