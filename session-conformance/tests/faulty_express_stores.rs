//! The suite bites: each store here does as a package of Express, but for one fault, and the cases that it is paired with
//! fail on it, and no others.

#![cfg(feature = "express")]
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a fault is planted in as few lines as it takes"
)]

mod faulty_express_stores {
    pub(crate) mod answered;
    pub(crate) mod create;
    pub(crate) mod delete;
    pub(crate) mod fault;
    pub(crate) mod form;
    pub(crate) mod load;
    pub(crate) mod reference;
    pub(crate) mod replace;
    pub(crate) mod subject;
    pub(crate) mod text;
    pub(crate) mod touch;
    pub(crate) mod written;
}

use std::collections::BTreeSet;

use session_conformance::{Case, express};

use faulty_express_stores::fault::Planted;
use faulty_express_stores::subject::InMemory;
use faulty_express_stores::{answered, create, delete, load, replace, text, touch, written};

/// Cases that no fault is planted for, and why not.
const WITHOUT_A_FAULT: [(&str, &str); 4] = [
    ("names_that_express_drops_are_refused", "no store is asked"),
    ("owners_can_not_be_listed", "stores have no operation for it"),
    ("a_request_that_uses_no_session_takes_none_over", "no store is asked"),
    (
        "a_cookie_of_ours_comes_first",
        "the store that Express shares is not asked",
    ),
];

/// Cases in which many write at once: whether they fail on a fault that names others is chance.
const BY_CHANCE: [&str; 3] = [
    "a_count_of_many_is_exact",
    "reads_undo_no_write",
    "writes_during_a_sign_in_are_taken_along_or_told",
];

fn planted() -> Vec<Planted> {
    let groups = [
        load::planted(),
        text::planted(),
        create::planted(),
        replace::planted(),
        written::planted(),
        answered::planted(),
        touch::planted(),
        delete::planted(),
    ];
    groups.into_iter().flatten().collect()
}

fn cases() -> impl Iterator<Item = Case<InMemory>> {
    express::cases()
}

/// Why `case` fails on the faulty store, or nothing if it does not.
async fn failure(planted: &Planted, case: Case<InMemory>) -> Option<String> {
    let subject = InMemory::new((planted.fault)(), planted.form);
    let outcome = tokio::spawn(async move { case.run(subject).await }).await;
    let panic = outcome.err()?.into_panic();
    Some(*panic.downcast::<String>().unwrap_or_default())
}

/// Time is paused, so that a store that is asked again and again comes to its time limit at once.
#[tokio::test(start_paused = true)]
async fn every_fault_is_caught_by_the_cases_that_name_it_and_by_no_others() {
    let mut wrong = Vec::new();
    for planted in planted() {
        for case in cases() {
            let (fault, name) = (planted.name, case.name());
            let is_named = planted.caught_by.contains(&name);
            if !is_named && BY_CHANCE.contains(&name) {
                continue;
            }
            match (failure(&planted, case).await, is_named) {
                (Some(message), _) if !message.starts_with("promised: ") => {
                    wrong.push(format!("{fault} makes {name} fail without a promise: {message}"));
                }
                (None, true) => wrong.push(format!("{fault} is not caught by {name}")),
                (Some(message), false) => wrong.push(format!("{fault} is caught by {name}, too: {message}")),
                (Some(_), true) | (None, false) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_case_catches_a_fault() {
    let planted = planted();
    let named: BTreeSet<_> = planted.iter().flat_map(|planted| planted.caught_by).copied().collect();
    let excused: BTreeSet<_> = WITHOUT_A_FAULT.iter().map(|(name, _)| *name).collect();
    let toothless: Vec<_> = cases()
        .map(|case| case.name())
        .filter(|name| !named.contains(name) && !excused.contains(name))
        .collect();
    assert!(toothless.is_empty(), "no fault is planted for {toothless:#?}");
    assert!(named.is_disjoint(&excused), "a case with a fault needs no excuse");
    let known: BTreeSet<_> = cases().map(|case| case.name()).collect();
    assert!(
        named.union(&excused).all(|name| known.contains(name)),
        "only cases catch"
    );
}

#[test]
fn every_public_case_is_in_the_list() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/express");
    let mut written = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = text.lines().filter_map(|line| {
            line.strip_prefix("pub async fn ")?
                .strip_suffix("(subject: &impl Subject) {")
        });
        written.extend(names.map(str::to_owned));
    }
    let mut listed: Vec<_> = cases().map(|case| case.name().to_owned()).collect();
    written.sort();
    listed.sort();
    assert_eq!(listed, written, "a case is in the list twice, or not at all");
}

/// What carries the faults has none of its own, whatever it does as.
mod without_a_fault {
    macro_rules! in_the_form_of {
        ($($name:ident: $form:ident;)*) => {$(
            mod $name {
                use std::sync::Arc;

                use crate::faulty_express_stores::fault::NoFault;
                use crate::faulty_express_stores::form::Form;
                use crate::faulty_express_stores::subject::InMemory;

                session_conformance::express_contract!(async { InMemory::new(Arc::new(NoFault), Form::$form) });
            }
        )*};
    }

    in_the_form_of! {
        connect_redis: ConnectRedis;
        connect_mongo: ConnectMongo;
        connect_mongo_embedded: ConnectMongoEmbedded;
        connect_mongodb_session: ConnectMongodbSession;
    }
}
