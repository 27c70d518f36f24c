//! How statements find what they are about.

use std::fmt;
use std::sync::{Arc, Mutex};

use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use session_core::{
    Created, Deleted, Moment, Owner, Record, Revision, Rotated, Rotation, Store as _, Touch, Touched, Updated,
};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::filled::{Filled, owner_of};
use crate::support::session::{END, NOW, create, found, new_key, new_owner, owned, record, rotation};

/// What a statement may look at: an owner has ten sessions, and those that it names are looked up twice.
const MOST_EXAMINED: i32 = 25;
const OPERATIONS: [&str; 9] = [
    "create",
    "load",
    "update",
    "touch",
    "rotate",
    "delete",
    "sessions of",
    "end of all",
    "end of what has moved",
];
const FIRST: Revision = Revision::from_u64(1);
const OTHER: Revision = Revision::from_u64(9);

/// Of one statement, as it was carried out.
pub(crate) struct Plan {
    pub(crate) name: String,
    stages: Vec<String>,
    entries: i32,
    documents: i32,
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, stages) = (&self.name, self.stages.join(" from "));
        let (entries, documents) = self.examined();
        write!(
            formatter,
            "{name:50} {entries:2} entries, {documents:2} documents: {stages}"
        )
    }
}

impl Plan {
    /// Entries of indexes, and documents.
    pub(crate) const fn examined(&self) -> (i32, i32) {
        (self.entries, self.documents)
    }

    pub(crate) fn is_by_index(&self) -> bool {
        let finds = ["IDHACK", "IXSCAN _id_", "IXSCAN owner_1"];
        let is_found = self.stages.iter().any(|stage| finds.contains(&stage.as_str()));
        let reads_all = self.stages.iter().any(|stage| stage == "COLLSCAN");
        is_found && !reads_all && self.entries.max(self.documents) <= MOST_EXAMINED
    }
}

impl Filled {
    /// Of every statement of every operation, at the moment at which the store sends it. Only insertions have none, and what reads
    /// everything anyway, `count` and `clear`, is left out.
    pub(crate) async fn plans(&self) -> Vec<Plan> {
        let mut plans = Vec::new();
        for operation in OPERATIONS {
            let seen = Arc::new(Mutex::new(Vec::new()));
            let subject = self.prepare(operation).await;
            self.explain_what_is_sent(operation, Arc::clone(&seen));
            self.perform(operation, &subject).await;
            self.monitor.before(|_| true);
            plans.append(&mut seen.lock().unwrap());
        }
        plans
    }

    fn explain_what_is_sent(&self, operation: &'static str, seen: Arc<Mutex<Vec<Plan>>>) {
        let (database, runtime) = (self.database.clone(), Handle::current());
        self.monitor.before(move |command| {
            let name = command.keys().next().unwrap();
            let commands = explainable(command);
            assert!(!commands.is_empty() || name == "insert", "{command}");
            for (place, command) in commands.into_iter().enumerate() {
                let name = format!("{operation}: {name}, {}", place + 1);
                let plan = block_in_place(|| runtime.block_on(explain(&database, name, command)));
                seen.lock().unwrap().push(plan);
            }
            false
        });
    }

    /// The owner whom it is about.
    async fn prepare(&self, operation: &str) -> Owner {
        let (store, ben) = (&self.store, new_owner());
        match operation {
            "create" => assert_eq!(store.delete_sessions_of(&ben, None, NOW).await.unwrap(), 0),
            "sessions of" | "end of all" => return owner_of(950),
            "end of what has moved" => {
                // The mark leads to nothing any more, and the other session has ended.
                let (record, new) = (owned(record(1), &ben), new_key());
                let old = create(store, &record).await;
                let rotated = store.rotate(&rotation(&old, &new, FIRST, &record), NOW).await;
                assert_eq!(rotated.unwrap(), Rotated::Applied);
                assert_eq!(store.delete(&new, NOW).await.unwrap(), Deleted::Deleted);
                let expires_at = Moment::from_millis(1);
                create(store, &Record { expires_at, ..record }).await;
            }
            _ => {}
        }
        ben
    }

    /// With what it sends when not all is well, too.
    async fn perform(&self, operation: &str, owner: &Owner) {
        let (store, key) = (&self.store, &self.keys[801]);
        match operation {
            "create" => {
                let record = owned(record(1), owner);
                for (began, wanted) in [(NOW, Created::CutOff), (END, Created::Created)] {
                    let created = store.create(&new_key(), &record, Some(began), NOW).await;
                    assert_eq!(created.unwrap(), wanted);
                }
            }
            "load" => drop(found(store, key).await),
            "update" => {
                for (expected, is_applied) in [(OTHER, false), (FIRST, true)] {
                    let updated = store.update(key, &record(1), expected, NOW).await.unwrap();
                    assert_eq!(updated == Updated::Applied, is_applied, "{updated:?}");
                }
            }
            "touch" => {
                for (expected, wanted) in [(OTHER, Touched::Stale), (FIRST, Touched::Touched)] {
                    let touch = Touch {
                        expected,
                        last_seen_at: NOW,
                        expires_at: END,
                    };
                    assert_eq!(store.touch(key, &touch, NOW).await.unwrap(), wanted);
                }
            }
            "rotate" => self.rotate(owner).await,
            "delete" => assert_eq!(store.delete(&self.keys[802], NOW).await.unwrap(), Deleted::Deleted),
            "sessions of" => assert_eq!(store.sessions_of(owner, NOW).await.unwrap().len(), 10),
            "end of all" => assert_eq!(store.delete_sessions_of(owner, None, NOW).await.unwrap(), 10),
            "end of what has moved" => assert_eq!(store.delete_sessions_of(owner, None, NOW).await.unwrap(), 0),
            other => panic!("nobody knows how to {other}"),
        }
    }

    async fn rotate(&self, owner: &Owner) {
        let (old, new) = (&self.keys[803], new_key());
        let record = owned(record(1), owner);
        for (expected, is_applied) in [(OTHER, false), (FIRST, true), (FIRST, true)] {
            let rotation = Rotation {
                signs_in: Some(NOW),
                ..rotation(old, &new, expected, &record)
            };
            let rotated = self.store.rotate(&rotation, NOW).await.unwrap();
            assert_eq!(rotated == Rotated::Applied, is_applied, "{rotated:?}");
        }
    }
}

async fn explain(database: &Database, name: String, command: Document) -> Plan {
    let explain = doc! { "explain": command, "verbosity": "executionStats" };
    let plan = database.run_command(explain).await.unwrap();
    let planner = plan.get_document("queryPlanner").unwrap();
    let figures = plan.get_document("executionStats").unwrap();
    let figure = |name| figures.get_i32(name).unwrap();
    let mut stages = Vec::new();
    collect_stages(planner.get_document("winningPlan").unwrap(), &mut stages);
    Plan {
        name,
        stages,
        entries: figure("totalKeysExamined"),
        documents: figure("totalDocsExamined"),
    }
}

/// Each of its writes as a command, without what only a driver adds.
fn explainable(command: &Document) -> Vec<Document> {
    let name = command.keys().next().unwrap();
    let begin = doc! { name: command.get(name).unwrap() };
    let fields: &[_] = match name.as_str() {
        "find" => &["filter", "projection", "limit", "singleBatch", "batchSize"],
        "findAndModify" => &["query", "update", "fields", "new"],
        "update" => return statements(&begin, command, "updates"),
        "delete" => return statements(&begin, command, "deletes"),
        _ => return Vec::new(),
    };
    let fields = command.iter().filter(|(name, _)| fields.contains(&name.as_str()));
    let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
    vec![begin.into_iter().chain(fields).collect()]
}

fn statements(begin: &Document, command: &Document, list: &str) -> Vec<Document> {
    let statements = command.get_array(list).unwrap().iter();
    let commands = statements.map(|statement| {
        let mut command = begin.clone();
        command.insert(list, vec![statement.clone()]);
        command
    });
    commands.collect()
}

fn collect_stages(plan: &Document, stages: &mut Vec<String>) {
    if let Ok(stage) = plan.get_str("stage") {
        let index = plan.get_str("indexName").map(|index| format!(" {index}"));
        stages.push(format!("{stage}{}", index.unwrap_or_default()));
    }
    for value in plan.values() {
        match value {
            Bson::Document(plan) => collect_stages(plan, stages),
            Bson::Array(plans) => {
                let plans = plans.iter().filter_map(Bson::as_document);
                plans.for_each(|plan| collect_stages(plan, stages));
            }
            _ => {}
        }
    }
}
