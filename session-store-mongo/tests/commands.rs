//! What an operation costs: the commands that are sent, and what they name and bring.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic"
)]

mod support;

use std::fmt::Debug;

use futures_util::future::join_all;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, Document, doc};
use session_core::{Deleted, Moment, Owner, Record, Revision, Rotated, Rotation, Store, StoreError, StoreKey, Touch};
use session_store_mongo::MongoStore;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use support::monitor::{Monitor, Sent};
use support::session::{END, NOW, create, new_key, new_owner, owned, record, rotation};
use support::{LIMIT, collection, variable};

const DOCUMENTATION: &str = include_str!("../src/lib.rs");

/// Each line of the documentation's table, the commands, and the cases that it speaks of.
const COSTS: [(&str, &str, &[&str]); 25] = [
    ("load", "find", &["load", "load, moved", "load, absent", "load, ended"]),
    ("create", "insert", &["create", "create, taken", "create, owned"]),
    (
        "create, signed in",
        "update of 2 writes",
        &["create, signed in", "create, signed in: taken"],
    ),
    (
        "create, signed in: cut off",
        "update of 2 writes, delete",
        &["create, signed in: cut off"],
    ),
    ("update", "update", &["update"]),
    (
        "update: any other answer",
        "update, find",
        &["update, conflict", "update, moved", "update, gone", "update, ended"],
    ),
    ("touch", "update", &["touch", "touch, not forward"]),
    (
        "touch: any other answer",
        "update, find",
        &["touch, stale", "touch, moved", "touch, gone", "touch, ended"],
    ),
    ("rotate", "update of 3 writes", &["rotate", "rotate, owned"]),
    (
        "rotate: sent again, conflict, moved, gone",
        "update of 3 writes, find",
        &[
            "rotate, sent again",
            "rotate, conflict",
            "rotate, moved",
            "rotate, gone",
            "rotate, ended",
        ],
    ),
    (
        "rotate what never was",
        "update of 3 writes, find, delete",
        &["rotate, absent"],
    ),
    ("rotate, signed in", "update of 4 writes", &["rotate, signed in"]),
    (
        "rotate, signed in: sent again, conflict, moved, gone",
        "update of 4 writes, find",
        &["rotate, signed in: conflict", "rotate, signed in: gone"],
    ),
    (
        "rotate, signed in: cut off",
        "update of 4 writes, delete",
        &["rotate, signed in: cut off"],
    ),
    (
        "delete",
        "findAndModify",
        &["delete", "delete, absent", "delete, gone", "delete, ended"],
    ),
    (
        "delete, one more for each mark that is followed",
        "findAndModify, findAndModify",
        &["delete, moved"],
    ),
    (
        "sessions of an owner, up to ten thousand",
        "find",
        &[
            "sessions_of, of three",
            "sessions_of, of two hundred",
            "sessions_of, nobody",
        ],
    ),
    (
        "end of all of them",
        "update, find, update",
        &[
            "delete_sessions_of, of three",
            "delete_sessions_of, of two hundred",
            "delete_sessions_of, moved and owned",
        ],
    ),
    (
        "end of all but one of them",
        "update, find, update",
        &["delete_sessions_of, of all but one of three"],
    ),
    (
        "end of all but one that is not the owner's",
        "update, find, find, update",
        &["delete_sessions_of, of all but another's"],
    ),
    (
        "end of all of them, while one is rotated",
        "update, find, update, find, update",
        &["delete_sessions_of, of three, one rotated meanwhile"],
    ),
    (
        "end of all of them, where some have ended before",
        "update, find, update, update",
        &["delete_sessions_of, of three, one ended"],
    ),
    (
        "end of all of them, where there is none",
        "update, find",
        &["delete_sessions_of, nobody"],
    ),
    ("count", "aggregate", &["count"]),
    ("clear", "find, delete", &["clear"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_server_each_operation_costs_what_the_documentation_says() {
    costs_what_the_documentation_says("SESSION_KIT_MONGO_URL").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_replica_set_each_operation_costs_what_the_documentation_says() {
    costs_what_the_documentation_says("SESSION_KIT_MONGO_REPLICA_URL").await;
}

async fn costs_what_the_documentation_says(url: &str) {
    let costs = Costs::at(&variable(url)).await;
    let mut table = vec!["//! | | |".to_owned(), "//! |---|---|".to_owned()];
    for (row, commands, cases) in COSTS {
        for case in cases {
            let sent = costs.run(case).await;
            let names: Vec<_> = sent.iter().map(Sent::name).collect();
            assert_eq!(names.join(", "), commands, "{case}");
            names_its_documents(case, &sent);
            brings_what_it_needs(case, &sent);
        }
        table.push(format!("//! | {row} | {} |", in_code(commands)));
    }
    let documented = DOCUMENTATION.lines().filter(|line| line.starts_with("//! |"));
    assert_eq!(documented.collect::<Vec<_>>(), table);
}

/// As it stands in the documentation.
fn in_code(commands: &str) -> String {
    let commands = commands.split(", ").map(|command| match command.split_once(' ') {
        Some((name, rest)) => format!("`{name}` {rest}"),
        None => format!("`{command}`"),
    });
    commands.collect::<Vec<_>>().join(", ")
}

/// By their `_id`, so that a cluster asks one shard; only lists do not.
fn names_its_documents(case: &str, sent: &[Sent]) {
    for sent in sent {
        for filter in sent.filters() {
            let id = filter.get("_id");
            let is_named = match verb(case) {
                "sessions_of" => filter.keys().eq(["owner"]),
                "delete_sessions_of" => filter.keys().eq(["owner"]) || id.is_some(),
                "count" | "clear" => true,
                _ => id.is_some_and(is_one),
            };
            assert!(is_named, "{case}: {filter}");
        }
        let has_filter = !sent.filters().is_empty();
        assert!(has_filter || verb(case) == "count", "{case}: {}", sent.command);
    }
}

/// A key, or where a cut-off is, and no condition.
fn is_one(id: &Bson) -> bool {
    match id {
        Bson::Binary(key) => key.bytes.len() == 32 && key.subtype == BinarySubtype::Generic,
        Bson::String(name) => name.starts_with("cut-off:"),
        _ => false,
    }
}

/// Payloads come only where they are asked for.
fn brings_what_it_needs(case: &str, sent: &[Sent]) {
    for sent in sent {
        assert!(sent.answer.is_some(), "{case}: no answer to {}", sent.command);
    }
    let brings = sent.iter().any(|sent| sent.brought("data"));
    let needs = matches!(
        case,
        "load" | "load, ended" | "update, conflict" | "update, ended" | "rotate, conflict" | "rotate, ended"
    );
    assert_eq!(brings, needs || case == "rotate, signed in: conflict", "{case}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_said_writes_wait_for_a_majority_and_reads_for_nothing() {
    for url in ["SESSION_KIT_MONGO_URL", "SESSION_KIT_MONGO_REPLICA_URL"] {
        concerns_are(&variable(url), &doc! { "w": "majority" }, "local").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_concerns_of_the_url_are_those_of_every_command() {
    let url = variable("SESSION_KIT_MONGO_REPLICA_URL");
    let one = format!("{url}&w=1&journal=true");
    concerns_are(&one, &doc! { "w": 1, "j": true }, "local").await;
    let two = format!("{url}&readConcernLevel=majority&wtimeoutMS=5000");
    concerns_are(&two, &doc! { "w": "majority", "wtimeout": 5000 }, "majority").await;
    let secondary = format!("{url}&readPreference=secondaryPreferred&readConcernLevel=linearizable");
    concerns_are(&secondary, &doc! { "w": "majority" }, "linearizable").await;
}

async fn concerns_are(url: &str, write: &Document, level: &str) {
    let costs = Costs::at(url).await;
    for case in COSTS.iter().flat_map(|(_, _, cases)| *cases) {
        for sent in costs.run(case).await {
            let command = &sent.command;
            let is_read = ["find", "aggregate"].contains(&sent.name().as_str());
            if is_read {
                let concern = command.get_document("readConcern").unwrap();
                assert_eq!(concern.get_str("level").unwrap(), level, "{case}: {command}");
            } else {
                let concern = command.get_document("writeConcern").unwrap();
                let wanted = same_numbers(write);
                assert_eq!(same_numbers(concern), wanted, "{case}: {command}");
            }
            let preference = command.get_document("$readPreference").ok();
            let mode = preference.and_then(|preference| preference.get_str("mode").ok());
            assert!(mode.is_none_or(|mode| mode.starts_with("primary")), "{case}: {command}");
        }
    }
}

/// The driver has some in 32 bits, some in 64.
fn same_numbers(document: &Document) -> Document {
    let same = |(name, value): (&String, &Bson)| {
        let value = value
            .as_i32()
            .map_or_else(|| value.clone(), |number| Bson::Int64(number.into()));
        (name.clone(), value)
    };
    document.iter().map(same).collect()
}

/// Whatever is there already is looked at, without the payloads.
#[tokio::test]
async fn a_start_is_six_commands() {
    let costs = Costs::at(&variable("SESSION_KIT_MONGO_URL")).await;
    create(&costs.near, &record(1)).await;
    let options = costs.monitor.options(&variable("SESSION_KIT_MONGO_URL")).await;
    let store = MongoStore::from_options(options).collection(&costs.collection);
    drop(costs.monitor.sent());
    drop(store.response_timeout(LIMIT).connect().await.unwrap());
    let sent = costs.monitor.sent();
    let names: Vec<_> = sent.iter().map(Sent::name).collect();
    let begin = ["hello", "find", "createIndexes", "createIndexes"];
    assert_eq!(names, [&begin[..], &["update of 2 writes", "delete"]].concat());
    assert!(sent.iter().any(|sent| sent.brought("revision")));
    assert!(!sent.iter().any(|sent| sent.brought("data")));
}

/// Stores over the same sessions, and what one of them is heard to send.
struct Costs {
    /// Prepares what an operation needs.
    near: MongoStore,
    far: MongoStore,
    monitor: Monitor,
    collection: String,
}

/// What an operation is about.
struct Subject {
    key: StoreKey,
    new_key: StoreKey,
    owner: Owner,
}

impl Costs {
    async fn at(url: &str) -> Self {
        let (monitor, collection) = (Monitor::default(), collection());
        let near = MongoStore::builder(url).collection(&collection);
        let near = near.response_timeout(LIMIT).connect().await.unwrap();
        let far = MongoStore::from_options(monitor.options(url).await).collection(&collection);
        let far = far.connections(1).response_timeout(LIMIT).connect().await.unwrap();
        Self {
            near,
            far,
            monitor,
            collection,
        }
    }

    /// What is sent for an operation.
    async fn run(&self, case: &str) -> Vec<Sent> {
        let subject = self.prepare(case).await;
        drop(self.monitor.sent());
        let answer = perform(&self.far, case, &subject).await;
        assert!(answer.starts_with(wanted(case)), "{case}: {answer}");
        self.monitor.sent()
    }

    async fn prepare(&self, case: &str) -> Subject {
        let (owner, new_key) = (new_owner(), new_key());
        let near = &self.near;
        let is_owned = ["owned", "cut off", "sessions_of"]
            .iter()
            .any(|word| case.contains(word));
        let first = if is_owned { owned(record(1), &owner) } else { record(1) };
        let mut subject = Subject {
            key: create(near, &first).await,
            new_key,
            owner,
        };
        let more = match detail(case) {
            detail if detail.starts_with("of two hundred") => 199,
            detail if detail.contains("of three") => 2,
            _ => 0,
        };
        join_all((0..more).map(|_| create(near, &first))).await;
        if detail(case).contains("one ended") {
            let ended = owned_until(NOW, &subject.owner);
            create(near, &ended).await;
        }
        self.bring_about(detail(case), &mut subject, &first).await;
        subject
    }

    async fn bring_about(&self, detail: &str, subject: &mut Subject, first: &Record) {
        let (near, owner) = (&self.near, &subject.owner);
        match detail {
            "signed in: cut off" => {
                let ended = near.delete_sessions_of(owner, Some(&subject.key), NOW).await.unwrap();
                assert_eq!(ended, 0);
            }
            "moved" | "sent again" | "moved and owned" => {
                let rotated = near
                    .rotate(&rotation(&subject.key, &subject.new_key, FIRST, first), NOW)
                    .await;
                assert_eq!(rotated.unwrap(), Rotated::Applied);
            }
            "gone" | "signed in: gone" => {
                assert_eq!(near.delete(&subject.key, NOW).await.unwrap(), Deleted::Deleted);
            }
            "absent" => subject.key = new_key(),
            "nobody" => subject.owner = new_owner(),
            "of all but another's" => subject.new_key = create(near, &record(1)).await,
            "of three, one rotated meanwhile" => self.rotate_meanwhile(subject, first),
            _ => {}
        }
    }

    /// After the sessions were listed, and before they are ended.
    fn rotate_meanwhile(&self, subject: &Subject, first: &Record) {
        let (near, first) = (self.near.clone(), first.clone());
        let (key, new_key) = (subject.key, subject.new_key);
        let runtime = Handle::current();
        self.monitor.before(move |command| {
            let updates = command.get_array("updates").ok();
            let ends_several = updates.is_some_and(|updates| {
                let update = updates[0].as_document().unwrap();
                update.get_bool("multi").is_ok_and(|is_multi| is_multi)
            });
            if ends_several {
                let rotation = rotation(&key, &new_key, FIRST, &first);
                let rotated = block_in_place(|| runtime.block_on(near.rotate(&rotation, NOW)));
                assert_eq!(rotated.unwrap(), Rotated::Applied);
            }
            ends_several
        });
    }
}

/// The operation, and what is special about it.
fn verb(case: &str) -> &str {
    case.split_once(", ").map_or(case, |(verb, _)| verb)
}

fn detail(case: &str) -> &str {
    case.split_once(", ").map_or("", |(_, detail)| detail)
}

async fn perform(store: &MongoStore, case: &str, subject: &Subject) -> String {
    let Subject { key, new_key, owner } = subject;
    let now = if detail(case) == "ended" { END } else { NOW };
    match verb(case) {
        "create" => create_as(store, detail(case), subject).await,
        "load" => debug(store.load(key, now).await),
        "update" => debug(store.update(key, &record(2), expected(case), now).await),
        "touch" => debug(store.touch(key, &touch(case), now).await),
        "rotate" => rotate_as(store, detail(case), subject, now).await,
        "delete" => debug(store.delete(key, now).await),
        "sessions_of" => debug(store.sessions_of(owner, NOW).await.map(|sessions| sessions.len())),
        "delete_sessions_of" => {
            let except = match detail(case) {
                "of all but one of three" => Some(key),
                "of all but another's" => Some(new_key),
                _ => None,
            };
            debug(store.delete_sessions_of(owner, except, NOW).await)
        }
        "count" => debug(store.count(END).await),
        "clear" => debug(store.clear().await),
        verb => panic!("nobody knows how to {verb}"),
    }
}

async fn create_as(store: &MongoStore, detail: &str, subject: &Subject) -> String {
    let Subject { key, new_key, owner } = subject;
    let owned = owned(record(1), owner);
    debug(match detail {
        "taken" => store.create(key, &record(1), None, NOW).await,
        "owned" => store.create(new_key, &owned, None, NOW).await,
        "signed in: taken" => store.create(key, &owned, Some(NOW), NOW).await,
        "signed in" | "signed in: cut off" => store.create(new_key, &owned, Some(NOW), NOW).await,
        _ => store.create(new_key, &record(1), None, NOW).await,
    })
}

async fn rotate_as(store: &MongoStore, detail: &str, subject: &Subject, now: Moment) -> String {
    let Subject { key, new_key, owner } = subject;
    let (plain, owned) = (record(2), owned(record(2), owner));
    let other_key = support::session::new_key();
    let rotation = match detail {
        "owned" => rotation(key, new_key, FIRST, &owned),
        "moved" => rotation(key, &other_key, FIRST, &plain),
        detail if detail.starts_with("signed in") => Rotation {
            signs_in: Some(NOW),
            ..rotation(key, new_key, expected(detail), &owned)
        },
        detail => rotation(key, new_key, expected(detail), &plain),
    };
    debug(store.rotate(&rotation, now).await)
}

fn expected(case: &str) -> Revision {
    if case.contains("conflict") || case.contains("stale") {
        return Revision::from_u64(9);
    }
    FIRST
}

/// That the case is what it is called.
fn wanted(case: &str) -> &'static str {
    match (verb(case), detail(case)) {
        ("create", detail) if detail.contains("taken") => "Taken",
        ("create" | "rotate", "signed in: cut off") => "CutOff",
        ("delete_sessions_of", "of three, one rotated meanwhile" | "of three, one ended") => "3",
        ("delete_sessions_of", "of all but one of three") => "2",
        ("delete_sessions_of", "moved and owned" | "of all but another's") => "1",
        ("sessions_of" | "delete_sessions_of", "of two hundred") => "200",
        ("sessions_of" | "delete_sessions_of", "of three") => "3",
        ("sessions_of" | "delete_sessions_of" | "count", _) => "0",
        ("create", _) => "Created",
        ("load" | "delete", "absent") | ("load", "ended") | ("delete", "gone" | "ended") => "Absent",
        ("load" | "update" | "touch" | "rotate", "moved") => "Moved",
        ("load", _) => "Found",
        ("update" | "rotate", detail) if detail.contains("conflict") => "Conflict",
        ("touch", "stale") => "Stale",
        ("update" | "touch" | "rotate", "gone" | "ended" | "absent" | "signed in: gone") => "Gone",
        ("update" | "rotate", _) => "Applied",
        ("touch", _) => "Touched",
        ("delete", _) => "Deleted",
        ("clear", _) => "()",
        (verb, _) => panic!("nobody knows what {verb} answers"),
    }
}

fn debug<T: Debug>(answer: Result<T, StoreError>) -> String {
    format!("{:?}", answer.unwrap())
}

const FIRST: Revision = Revision::from_u64(1);

fn touch(case: &str) -> Touch {
    let expires_at = if case.contains("not forward") { NOW } else { END };
    Touch {
        expected: expected(case),
        last_seen_at: NOW,
        expires_at,
    }
}

fn owned_until(expires_at: Moment, owner: &Owner) -> Record {
    Record {
        expires_at,
        ..owned(record(1), owner)
    }
}
