//! Updates that travel together: what is sent, what each is answered, and what becomes of them where a connection ends.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use mongodb::bson::Document;
use session_core::{Created, Deleted, Loaded, Record, Revision, Store, StoreError, StoreKey, Updated};
use session_store_mongo::MongoStore;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::sleep;

use support::monitor::Monitor;
use support::protocol::MongoProtocol;
use support::proxy::{Cut, Proxy, address};
use support::session::{NOW, create, found, new_key, new_owner, new_revision, owned, record};
use support::{LIMIT, chain, collection, documents, dump, variable};

const TOGETHER: usize = 20;
const CUTS: [Cut; 2] = [Cut::Question, Cut::Answer];

/// A store whose only connection can be cut, and another one in the same collection.
struct Line {
    proxy: Proxy,
    monitor: Monitor,
    far: MongoStore,
    near: MongoStore,
    url: String,
    collection: String,
}

/// Somebody's session as it is, and as it is to be.
#[derive(Clone)]
struct Wish {
    key: StoreKey,
    expected: Revision,
    next: Record,
}

impl Line {
    async fn to(url: String) -> Self {
        let proxy = Proxy::before::<MongoProtocol>(address(&url)).await;
        let (monitor, collection) = (Monitor::default(), collection());
        let options = monitor.options(&proxy.through(&url)).await;
        let far = MongoStore::from_options(options).connections(1);
        let far = far
            .collection(&collection)
            .connect_timeout(LIMIT)
            .response_timeout(LIMIT);
        let near = MongoStore::builder(&url)
            .collection(&collection)
            .response_timeout(LIMIT);
        Self {
            proxy,
            monitor,
            far: far.connect().await.unwrap(),
            near: near.connect().await.unwrap(),
            url,
            collection,
        }
    }

    async fn of_each_kind() -> [Self; 2] {
        let replica = format!("{}&directConnection=true", variable("SESSION_KIT_MONGO_REPLICA_URL"));
        [
            Self::to(variable("SESSION_KIT_MONGO_URL")).await,
            Self::to(replica).await,
        ]
    }

    /// Sessions, some of them somebody's, and some of them nobody's any more.
    async fn wishes(&self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for number in 0..TOGETHER {
            let owner = new_owner();
            let first = if number % 2 == 0 {
                record(1)
            } else {
                owned(record(1), &owner)
            };
            let next = Record {
                revision: new_revision(),
                owner: (number % 3 > 0).then_some(owner),
                ..record(2)
            };
            wishes.push(Wish {
                key: create(&self.near, &first).await,
                expected: first.revision,
                next,
            });
        }
        wishes
    }

    /// All of them, while an update before them has the connection.
    async fn update(&self, wishes: &[Wish], cut: Option<Cut>) -> Vec<Result<Updated, StoreError>> {
        let first = create(&self.near, &record(1)).await;
        drop((self.proxy.trips(), self.monitor.sent()));
        self.proxy.delay(Duration::from_millis(100));
        let (far, next) = (self.far.clone(), record(2));
        let before = tokio::spawn(async move { far.update(&first, &next, record(1).revision, NOW).await });
        while self.proxy.trips().is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
        if let Some(cut) = cut {
            self.proxy.cut_next(cut);
        }
        let callers = wishes.iter().cloned().map(|wish| {
            let far = self.far.clone();
            tokio::spawn(async move { far.update(&wish.key, &wish.next, wish.expected, NOW).await })
        });
        let callers: Vec<_> = callers.collect();
        assert_eq!(before.await.unwrap().unwrap(), Updated::Applied);
        let answers = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        self.proxy.delay(Duration::ZERO);
        assert!(self.proxy.has_cut());
        answers
    }

    /// Does this before a command for several is sent a second time.
    fn before_they_are_sent_again(&self, action: impl AsyncFnOnce(&MongoStore) + Send + 'static) {
        let (near, runtime) = (self.near.clone(), Handle::current());
        let (mut action, mut was_sent) = (Some(action), false);
        self.monitor.before(move |command| {
            if !is_for_several(command) {
                return false;
            }
            if !was_sent {
                was_sent = true;
                return false;
            }
            if let Some(action) = action.take() {
                block_in_place(|| runtime.block_on(action(&near)));
            }
            true
        });
    }

    fn sent(&self) -> Vec<String> {
        self.monitor.sent().iter().map(|sent| sent.name()).collect()
    }
}

fn is_for_several(command: &Document) -> bool {
    command.get_array("updates").is_ok_and(|updates| updates.len() > 1)
}

fn all_applied(answers: Vec<Result<Updated, StoreError>>) -> bool {
    answers.into_iter().all(|answer| answer.unwrap() == Updated::Applied)
}

fn is_lost(answer: &Result<Updated, StoreError>) -> bool {
    matches!(answer, Err(error @ StoreError::ReplyLost(_)) if chain(error).contains("can't be seen any more"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_that_wait_are_one_command() {
    for line in Line::of_each_kind().await {
        let wishes = line.wishes().await;
        assert!(all_applied(line.update(&wishes, None).await));
        assert_eq!(
            line.sent(),
            ["update".to_owned(), format!("update of {TOGETHER} writes")]
        );
        for wish in &wishes {
            assert_eq!(found(&line.near, &wish.key).await, wish.next);
        }
    }
}

/// Two stores in two collections are given the same, one after the other and together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_the_same_as_if_each_had_gone_alone() {
    let [line, other] = Line::of_each_kind().await;
    let wishes = line.wishes().await;
    for wish in &wishes {
        let Loaded::Found(first) = line.near.load(&wish.key, NOW).await.unwrap() else {
            panic!("it was created");
        };
        let created = other.near.create(&wish.key, &first, None, NOW).await;
        assert_eq!(created.unwrap(), Created::Created);
    }
    assert!(all_applied(line.update(&wishes, None).await));
    for wish in &wishes {
        let alone = other.near.update(&wish.key, &wish.next, wish.expected, NOW).await;
        assert_eq!(alone.unwrap(), Updated::Applied);
    }
    let together = dump(&documents(&line.url, &line.collection).await).await;
    let alone = dump(&documents(&other.url, &other.collection).await).await;
    for document in alone {
        let same = together.iter().find(|other| other.get("_id") == document.get("_id"));
        // The fields may have another order.
        let sorted = |document: &Document| -> BTreeMap<_, _> { document.clone().into_iter().collect() };
        assert_eq!(same.map(sorted), Some(sorted(&document)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_find_nothing_are_told_why_and_insert_nothing() {
    for line in Line::of_each_kind().await {
        let mut wishes = line.wishes().await;
        wishes[3].expected = new_revision();
        let current = found(&line.near, &wishes[3].key).await;
        assert_eq!(line.near.delete(&wishes[5].key, NOW).await.unwrap(), Deleted::Deleted);
        wishes[7].key = new_key();
        let before = line.near.count(NOW).await.unwrap();
        let mut answers = line.update(&wishes, None).await;
        // The one that has been there before is not among the wishes.
        assert_eq!(line.near.count(NOW).await.unwrap(), before + 1);
        assert_eq!(answers.remove(7).unwrap(), Updated::Gone);
        assert_eq!(answers.remove(5).unwrap(), Updated::Gone);
        assert_eq!(answers.remove(3).unwrap(), Updated::Conflict(current));
        assert!(all_applied(answers));
        let mut sent = vec!["update".to_owned(), format!("update of {TOGETHER} writes")];
        sent.push("find".to_owned());
        assert_eq!(line.sent(), sent);
    }
}

/// Whether the connection ended before they were done or after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_sent_again_when_the_connection_ends_and_done_once() {
    for line in Line::of_each_kind().await {
        for cut in CUTS {
            let wishes = line.wishes().await;
            assert!(all_applied(line.update(&wishes, Some(cut)).await));
            for wish in &wishes {
                assert_eq!(found(&line.near, &wish.key).await, wish.next);
            }
        }
    }
}

/// They were done, others came, and the answer was lost: whoever says "conflict" now has it done again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_can_not_tell_whether_it_was_done_says_so() {
    for line in Line::of_each_kind().await {
        for cut in CUTS {
            let mut wishes = line.wishes().await;
            let (changed, deleted) = (wishes[2].clone(), wishes[4].key);
            wishes[6].expected = new_revision();
            let later = Record {
                revision: new_revision(),
                ..record(3)
            };
            let covering = later.clone();
            line.before_they_are_sent_again(async move |near| {
                let Loaded::Found(current) = near.load(&changed.key, NOW).await.unwrap() else {
                    panic!("it is there");
                };
                let updated = near.update(&changed.key, &covering, current.revision, NOW).await;
                assert_eq!(updated.unwrap(), Updated::Applied);
                assert_eq!(near.delete(&deleted, NOW).await.unwrap(), Deleted::Deleted);
            });
            let mut answers = line.update(&wishes, Some(cut)).await;
            for number in [6, 4, 2] {
                let answer = answers.remove(number);
                assert!(is_lost(&answer), "{cut:?}, {number}: {answer:?}");
            }
            assert!(all_applied(answers));
            assert_eq!(found(&line.near, &wishes[2].key).await, later);
            assert_eq!(line.near.load(&deleted, NOW).await.unwrap(), Loaded::Absent);
        }
    }
}
