//! The adapter contract bites: each adapter here has one fault, and the case that it is paired with fails on it.

#![expect(clippy::panic, reason = "a fault may panic")]

mod faulty_adapters {
    pub(crate) mod adapter;
    pub(crate) mod fault;
    pub(crate) mod request;
    pub(crate) mod response;
}

use session_conformance::adapter::{AnyAdapter, cases};

use faulty_adapters::adapter::Faulty;
use faulty_adapters::fault::{Fault, PLANTED};

/// Why the case fails on the adapter, or nothing if it does not.
async fn failure(fault: Fault, name: &str) -> Option<String> {
    let case = cases().find(|case| case.name() == name).unwrap();
    let adapter = AnyAdapter::new(Faulty(Some(fault)));
    let outcome = tokio::spawn(async move { case.run(adapter).await }).await;
    let panic = outcome.err()?.into_panic();
    Some(*panic.downcast::<String>().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_caught_by_the_case_that_names_it() {
    let mut survivors = Vec::new();
    let mut trials = Vec::new();
    for (fault, name) in PLANTED {
        trials.push((fault, name, tokio::spawn(failure(*fault, name))));
    }
    for (fault, name, trial) in trials {
        match trial.await.unwrap() {
            None => survivors.push(format!("{fault:?} is not caught by {name}")),
            Some(message) if !message.starts_with("promised: ") => {
                survivors.push(format!("{fault:?} makes {name} fail without a promise: {message}"));
            }
            Some(message) => println!("{fault:?}: {name}\n{message}\n"),
        }
    }
    assert!(survivors.is_empty(), "{survivors:#?}");
}

#[test]
fn every_public_case_is_in_the_list() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/adapter");
    let mut written = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter_map(|line| {
            line.strip_prefix("pub async fn ")?
                .strip_suffix("(adapter: AnyAdapter) {")
        });
        written.extend(names.map(str::to_owned));
    }
    let mut listed: Vec<_> = cases().map(|case| case.name().to_owned()).collect();
    written.sort();
    listed.sort();
    assert_eq!(listed, written, "a case is in the list twice, or not at all");
}

/// What carries the faults has none of its own.
mod without_a_fault {
    use super::Faulty;

    session_conformance::adapter_contract!(Faulty(None));
}
