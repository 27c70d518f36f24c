//! The suite bites: each store here has one fault, and the cases that it is paired with fail on it.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    unused_must_use,
    reason = "a fault is planted in as few lines as it takes"
)]

mod faulty_stores {
    pub(crate) mod create;
    pub(crate) mod cut_off;
    pub(crate) mod delete;
    pub(crate) mod fault;
    pub(crate) mod index;
    pub(crate) mod kept;
    pub(crate) mod load;
    pub(crate) mod mark;
    pub(crate) mod remembered;
    pub(crate) mod resend;
    pub(crate) mod revoke;
    pub(crate) mod rotate;
    pub(crate) mod scan;
    pub(crate) mod touch;
    pub(crate) mod update;
    pub(crate) mod upkeep;
    pub(crate) mod written;
}

use std::collections::BTreeSet;
use std::sync::Arc;

use session_conformance::{Case, store};
use session_core::Store;

use faulty_stores::fault::{Faulty, NoFault, Planted};
use faulty_stores::{
    create, cut_off, delete, index, kept, load, mark, remembered, resend, revoke, rotate, scan, touch, update, upkeep,
    written,
};

/// Cases that no fault is planted for, and why not.
const WITHOUT_A_FAULT: [(&str, &str); 0] = [];

fn planted() -> Vec<Planted> {
    let groups = [
        create::planted(),
        load::planted(),
        kept::planted(),
        update::planted(),
        written::planted(),
        rotate::planted(),
        mark::planted(),
        resend::planted(),
        touch::planted(),
        delete::planted(),
        index::planted(),
        revoke::planted(),
        cut_off::planted(),
        remembered::planted(),
        upkeep::planted(),
        scan::planted(),
    ];
    groups.into_iter().flatten().collect()
}

/// Why `case` fails on the faulty store, or nothing if it does not.
async fn failure(planted: &Planted, case: Case<Arc<dyn Store>>) -> Option<String> {
    let outcome = tokio::spawn(case_on(case, (planted.store)())).await;
    let panic = outcome.err()?.into_panic();
    Some(*panic.downcast::<String>().unwrap_or_default())
}

async fn case_on(case: Case<Arc<dyn Store>>, store: Arc<dyn Store>) {
    case.run(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_caught_by_the_cases_that_name_it() {
    let mut survivors = Vec::new();
    for planted in planted() {
        for name in planted.caught_by {
            let case = store::cases().find(|case| case.name() == *name).unwrap();
            match failure(&planted, case).await {
                None => survivors.push(format!("{} is not caught by {name}", planted.fault)),
                Some(message) if !message.starts_with("promised: ") => {
                    survivors.push(format!(
                        "{} makes {name} fail without a promise: {message}",
                        planted.fault
                    ));
                }
                Some(_) => {}
            }
        }
    }
    assert!(survivors.is_empty(), "{survivors:#?}");
}

#[test]
fn every_case_catches_a_fault() {
    let planted = planted();
    let named: BTreeSet<_> = planted.iter().flat_map(|planted| planted.caught_by).copied().collect();
    let excused: BTreeSet<_> = WITHOUT_A_FAULT.iter().map(|(name, _)| *name).collect();
    let toothless: Vec<_> = store::cases()
        .map(|case| case.name())
        .filter(|name| !named.contains(name) && !excused.contains(name))
        .collect();
    assert!(toothless.is_empty(), "no fault is planted for {toothless:#?}");
    assert!(named.is_disjoint(&excused), "a case with a fault needs no excuse");
}

#[test]
fn every_public_case_is_in_the_list() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut written = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter_map(|line| {
            line.strip_prefix("pub async fn ")?
                .strip_suffix("(store: Arc<dyn Store>) {")
        });
        written.extend(names.map(str::to_owned));
    }
    let listed: Vec<_> = store::cases().map(|case| case.name().to_owned()).collect();
    assert_eq!(
        listed.len(),
        written.len(),
        "a case is in the list twice, or not at all"
    );
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), written);
}

/// What carries the faults has none of its own.
mod without_a_fault {
    use super::{Faulty, NoFault};

    session_conformance::store_contract!(async { Faulty::<NoFault>::default() });
}
