//! Connections that end in the middle of an operation.

use std::sync::Arc;

use futures_util::future::join_all;
use session_core::{
    Created, Deleted, Loaded, Moment, Owner, Record, Rotated, Rotation, Store, StoreError, StoreKey, Touch, Touched,
    Updated,
};

use crate::connect;
use crate::support::protocol::MongoProtocol;
use crate::support::proxy::{Cut, Proxy, address};
use crate::support::session::{END, NOW, counting, create, found, new_key, new_owner, owned, rotation};
use crate::support::visitor::{Visitor, node};
use crate::support::{at, chain, variable};

const LATER: Moment = Moment::from_millis(END.as_millis() + 1000);
const CUTS: [Cut; 4] = [Cut::Question, Cut::Answer, Cut::Question, Cut::Answer];

/// A store on the other side of a network that can be cut, over one connection, so that it is known which that is.
struct Line {
    proxy: Proxy,
    store: Arc<dyn Store>,
}

impl Line {
    async fn to(url: &str) -> Self {
        Self::over(1, url).await
    }

    async fn over(connections: u32, url: &str) -> Self {
        let proxy = Proxy::before::<MongoProtocol>(address(url)).await;
        let store = at(proxy.through(url)).connections(connections);
        Self {
            store: connect(store).await,
            proxy,
        }
    }

    /// To one server that is alone: it does not know what it has done already.
    async fn to_one_alone() -> Self {
        Self::to(&variable("SESSION_KIT_MONGO_URL")).await
    }

    /// To the only one of a replica set, through the proxy alone.
    async fn to_a_replica() -> Self {
        Self::to(&replica()).await
    }

    /// The call is broken off, and its caller is told that it may have been done.
    async fn lost<T>(&self, cut: Cut, call: impl Future<Output = Result<T, StoreError>>) {
        self.lost_after(0, cut, call).await;
    }

    /// The same, and so many commands of the call came through before.
    async fn lost_after<T>(&self, passing: u32, cut: Cut, call: impl Future<Output = Result<T, StoreError>>) {
        self.proxy.cut_after(passing, cut);
        let error = call.await.err().expect("an answer came though it was cut off");
        assert!(matches!(error, StoreError::ReplyLost(_)), "{}", chain(&error));
        assert!(self.proxy.has_cut());
    }

    /// The call is broken off, and its caller hears nothing of it.
    async fn unheard<T>(&self, cut: Cut, call: impl Future<Output = Result<T, StoreError>>) -> T {
        self.proxy.cut_next(cut);
        let answer = call.await;
        assert!(self.proxy.has_cut());
        answer.unwrap_or_else(|error| panic!("{}", chain(&error)))
    }

    async fn is_there(&self, key: &StoreKey) -> bool {
        self.store.load(key, NOW).await.unwrap() != Loaded::Absent
    }
}

fn replica() -> String {
    format!("{}&directConnection=true", variable("SESSION_KIT_MONGO_REPLICA_URL"))
}

fn seen(record: &Record) -> Touch {
    Touch {
        expected: record.revision,
        last_seen_at: NOW,
        expires_at: LATER,
    }
}

/// Whether it was done is seen afterwards: it was if the question arrived.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_to_one_document_of_a_server_that_is_alone_is_not_sent_again() {
    let line = Line::to_one_alone().await;
    let store = &line.store;
    for cut in CUTS {
        let (is_done, owner) = (cut == Cut::Answer, new_owner());
        let (first, second) = (owned(counting(0), &owner), owned(counting(1), &owner));
        let key = new_key();

        line.lost(cut, store.create(&key, &first, None, NOW)).await;
        assert_eq!(line.is_there(&key).await, is_done);
        let _created = store.create(&key, &first, None, NOW).await.unwrap();

        line.lost(cut, store.update(&key, &second, first.revision, NOW)).await;
        assert_eq!(found(store, &key).await == second, is_done);
        drop(store.update(&key, &second, first.revision, NOW).await.unwrap());

        line.lost(cut, store.touch(&key, &seen(&second), NOW)).await;
        assert_eq!(found(store, &key).await.expires_at == LATER, is_done);

        // The cut-off comes first, so the session is still there either way.
        line.lost(cut, store.delete_sessions_of(&owner, None, NOW)).await;
        assert!(line.is_there(&key).await);

        line.lost(cut, store.delete(&key, NOW)).await;
        assert_eq!(!line.is_there(&key).await, is_done);

        // It looks how many there are before, and looks again where that breaks off.
        line.unheard(cut, store.clear()).await;
        let key = create(store, &counting(0)).await;
        line.lost_after(1, cut, store.clear()).await;
        assert_eq!(!line.is_there(&key).await, is_done);
    }
}

/// An update of which the answer was lost is no conflict with itself, and no insertion finds its key taken by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_to_one_document_of_a_replica_set_is_sent_again_and_done_once() {
    let line = Line::to_a_replica().await;
    let store = &line.store;
    for cut in CUTS {
        let (key, first, second) = (new_key(), counting(0), counting(1));
        let created = line.unheard(cut, store.create(&key, &first, None, NOW)).await;
        assert_eq!(created, Created::Created);
        let updated = line
            .unheard(cut, store.update(&key, &second, first.revision, NOW))
            .await;
        assert_eq!(updated, Updated::Applied);
        assert_eq!(found(store, &key).await, second);
        let touched = line.unheard(cut, store.touch(&key, &seen(&second), NOW)).await;
        assert_eq!(touched, Touched::Touched);
        let deleted = line.unheard(cut, store.delete(&key, NOW)).await;
        assert_eq!(deleted, Deleted::Deleted);
        assert!(!line.is_there(&key).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_several_documents_are_sent_again_on_a_server_that_is_alone() {
    several_are_sent_again(&Line::to_one_alone().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_several_documents_are_sent_again_on_a_replica_set() {
    several_are_sent_again(&Line::to_a_replica().await).await;
}

/// They can tell by what they find that they were done before.
async fn several_are_sent_again(line: &Line) {
    for cut in CUTS {
        let owner = new_owner();
        let signed_in = owned(counting(1), &owner);
        let (key, store) = (new_key(), &line.store);
        let created = store.create(&key, &signed_in, Some(NOW), NOW);
        assert_eq!(line.unheard(cut, created).await, Created::Created);
        rotations_are(line, cut, &owner).await;
        assert_eq!(line.store.sessions_of(&owner, NOW).await.unwrap().len(), 2);
        refused_are_too(line, cut, &owner).await;
    }
}

/// The first signs in, and the second does not.
async fn rotations_are(line: &Line, cut: Cut, owner: &Owner) {
    let store = &line.store;
    let (first, second, third) = (counting(0), owned(counting(1), owner), owned(counting(2), owner));
    let (key, turned, turned_again) = (create(store, &first).await, new_key(), new_key());
    let signs_in = Rotation {
        signs_in: Some(NOW),
        ..rotation(&key, &turned, first.revision, &second)
    };
    assert_eq!(line.unheard(cut, store.rotate(&signs_in, NOW)).await, Rotated::Applied);
    assert_eq!(found(store, &turned).await, second);
    assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Moved(turned));
    let rotation = rotation(&turned, &turned_again, second.revision, &third);
    assert_eq!(line.unheard(cut, store.rotate(&rotation, NOW)).await, Rotated::Applied);
    assert_eq!(found(store, &turned_again).await, third);
}

/// What was refused leaves nothing, whichever of its sendings was answered.
async fn refused_are_too(line: &Line, cut: Cut, owner: &Owner) {
    let store = &line.store;
    let (stored, stale, next) = (counting(7), counting(8), owned(counting(9), owner));
    let (key, turned) = (create(store, &stored).await, new_key());
    let late = rotation(&key, &turned, stale.revision, &next);
    let rotated = line.unheard(cut, store.rotate(&late, NOW)).await;
    assert_eq!(rotated, Rotated::Conflict(stored));
    assert!(!line.is_there(&turned).await);

    store.delete_sessions_of(owner, None, NOW).await.unwrap();
    let refused = new_key();
    let created = line.unheard(cut, store.create(&refused, &next, Some(NOW), NOW)).await;
    assert_eq!(created, Created::CutOff);
    assert!(!line.is_there(&refused).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_breaks_off_is_sent_again() {
    for line in [Line::to_one_alone().await, Line::to_a_replica().await] {
        let (owner, store) = (new_owner(), &line.store);
        let record = owned(counting(7), &owner);
        let key = create(store, &record).await;
        for cut in CUTS {
            let loaded = line.unheard(cut, store.load(&key, NOW)).await;
            assert_eq!(loaded, Loaded::Found(record.clone()));
            assert_eq!(line.unheard(cut, store.sessions_of(&owner, NOW)).await.len(), 1);
            assert_eq!(line.unheard(cut, store.count(NOW)).await, 1);
        }
    }
}

/// Core finds out what became of each.
async fn stay_exact(url: &str) {
    const ROUNDS: u64 = 10;
    let line = Line::over(4, url).await;
    let node = node(&line.store);
    let visitor = Visitor::new(&node).await;
    line.proxy.cut_one_in(10);
    for round in 1..=ROUNDS {
        join_all((0..4).map(|_| visitor.counts(&node))).await;
        assert_eq!(visitor.count(&node).await, 4 * round);
    }
    line.proxy.cut_one_in(0);
    assert_eq!(line.store.count(NOW).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_stay_exact_while_one_in_ten_commands_breaks_off() {
    stay_exact(&variable("SESSION_KIT_MONGO_URL")).await;
    stay_exact(&replica()).await;
}
