//! Connections that end in the middle of an operation.

use std::sync::Arc;

use futures_util::future::join_all;
use session_core::{Deleted, Loaded, Moment, Rotated, Store, StoreError, StoreKey, Touch, Touched, Updated};

use crate::support::engine::{BeforeAcquire, Engine, Settings};
use crate::support::proxy::{Cut, Proxy};
use crate::support::session::{END, NOW, counting, create, found, new_key, new_owner, owned, rotation};
use crate::support::visitor::{Visitor, node};
use crate::support::{chain, variable};

const LATER: Moment = Moment::from_millis(END.as_millis() + 1000);

on_each_engine! {
    a_write_that_breaks_off_is_not_sent_again
    a_write_that_breaks_off_is_not_sent_again_over_a_pool
    a_read_that_breaks_off_is_sent_again
    a_read_that_breaks_off_is_sent_again_over_a_pool
    sessions_stay_exact_while_one_in_five_statements_breaks_off
}

async fn a_write_that_breaks_off_is_not_sent_again<E: Engine>() {
    let proxy = Proxy::<E>::before(&variable(E::URL)).await;
    let store = through(&proxy).connect::<E>().await;
    each_write_breaks_off(&proxy, &store).await;
}

async fn a_write_that_breaks_off_is_not_sent_again_over_a_pool<E: Engine>() {
    let proxy = Proxy::<E>::before(&variable(E::URL)).await;
    let store = E::connect_pool(through(&proxy), BeforeAcquire::Nothing).await.unwrap();
    each_write_breaks_off(&proxy, &store).await;
}

fn through<E: Engine>(proxy: &Proxy<E>) -> Settings {
    // One, so that it is known which will be cut.
    Settings::at(proxy.url(&variable(E::URL))).connections(1)
}

/// Whether it was done is seen afterwards: it was if the question arrived.
async fn each_write_breaks_off<E: Engine>(proxy: &Proxy<E>, store: &Arc<dyn Store>) {
    for cut in [Cut::Question, Cut::Answer, Cut::Question, Cut::Answer] {
        let (is_done, owner) = (cut == Cut::Answer, new_owner());
        let (first, second, third) = (counting(0), counting(1), owned(counting(2), &owner));
        let (key, turned_key) = (new_key(), new_key());

        lost(proxy, cut, store, store.create(&key, &first, None, NOW)).await;
        assert_eq!(is_there(store, &key).await, is_done);
        let _created = store.create(&key, &first, None, NOW).await.unwrap();

        lost(proxy, cut, store, store.update(&key, &second, first.revision, NOW)).await;
        assert_eq!(found(store, &key).await == second, is_done);
        drop(store.update(&key, &second, first.revision, NOW).await.unwrap());

        let seen = Touch {
            expected: second.revision,
            last_seen_at: NOW,
            expires_at: LATER,
        };
        lost(proxy, cut, store, store.touch(&key, &seen, NOW)).await;
        assert_eq!(found(store, &key).await.expires_at == LATER, is_done);

        let rotation = rotation(&key, &turned_key, second.revision, &third);
        lost(proxy, cut, store, store.rotate(&rotation, NOW)).await;
        assert_eq!(is_there(store, &turned_key).await, is_done);
        assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);

        // The cut-off comes first, so the sessions are still there either way.
        lost(proxy, cut, store, store.delete_sessions_of(&owner, None, NOW)).await;
        assert_eq!(found(store, &turned_key).await, third);

        lost(proxy, cut, store, store.delete(&key, NOW)).await;
        assert_eq!(!is_there(store, &turned_key).await, is_done);
        lost(proxy, cut, store, store.delete_expired(1, NOW)).await;
        lost(proxy, cut, store, store.clear()).await;
    }
}

/// The call ends with what is right for an answer that was lost.
async fn lost<E: Engine, T>(
    proxy: &Proxy<E>,
    cut: Cut,
    store: &Arc<dyn Store>,
    call: impl Future<Output = Result<T, StoreError>>,
) {
    know_all_statements(store).await;
    proxy.cut_next(cut);
    let error = call.await.err().expect("an answer came though it was cut off");
    assert!(matches!(error, StoreError::ReplyLost(_)), "{}", chain(&error));
    assert!(proxy.has_cut());
}

/// The one connection may be a new one, on which each statement is prepared first.
async fn know_all_statements(store: &Arc<dyn Store>) {
    let (other, turned, record) = (create(store, &counting(0)).await, new_key(), counting(1));
    let (nobody, unknown) = (new_key(), counting(0).revision);
    let seen = Touch {
        expected: unknown,
        last_seen_at: NOW,
        expires_at: END,
    };
    assert_eq!(
        store.update(&nobody, &record, unknown, NOW).await.unwrap(),
        Updated::Gone
    );
    assert_eq!(store.touch(&nobody, &seen, NOW).await.unwrap(), Touched::Gone);
    let rotation = rotation(&nobody, &turned, unknown, &record);
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Gone);
    assert_eq!(store.delete(&other, NOW).await.unwrap(), Deleted::Deleted);
    assert_eq!(store.delete_sessions_of(&new_owner(), None, NOW).await.unwrap(), 0);
    store.delete_expired(1, Moment::from_millis(1)).await.unwrap();
}

async fn is_there(store: &Arc<dyn Store>, key: &StoreKey) -> bool {
    store.load(key, NOW).await.unwrap() != Loaded::Absent
}

async fn a_read_that_breaks_off_is_sent_again<E: Engine>() {
    let proxy = Proxy::<E>::before(&variable(E::URL)).await;
    let store = through(&proxy).connect::<E>().await;
    each_read_breaks_off(&proxy, &store).await;
}

async fn a_read_that_breaks_off_is_sent_again_over_a_pool<E: Engine>() {
    let proxy = Proxy::<E>::before(&variable(E::URL)).await;
    let store = E::connect_pool(through(&proxy), BeforeAcquire::Nothing).await.unwrap();
    each_read_breaks_off(&proxy, &store).await;
}

async fn each_read_breaks_off<E: Engine>(proxy: &Proxy<E>, store: &Arc<dyn Store>) {
    let owner = new_owner();
    let record = owned(counting(7), &owner);
    let key = create(store, &record).await;
    for cut in [Cut::Question, Cut::Answer, Cut::Question, Cut::Answer] {
        proxy.cut_next(cut);
        assert_eq!(found(store, &key).await, record);
        assert!(proxy.has_cut());
        proxy.cut_next(cut);
        assert_eq!(store.sessions_of(&owner, NOW).await.unwrap().len(), 1);
        assert!(proxy.has_cut());
        proxy.cut_next(cut);
        assert_eq!(
            (store.count(NOW).await.unwrap(), store.count(END).await.unwrap()),
            (1, 0)
        );
        assert!(proxy.has_cut());
    }
}

/// Core finds out what became of each.
async fn sessions_stay_exact_while_one_in_five_statements_breaks_off<E: Engine>() {
    const ROUNDS: u64 = 25;
    let proxy = Proxy::<E>::before(&variable(E::URL)).await;
    let store = through(&proxy).connections(4).connect::<E>().await;
    let node = node(&store);
    let visitor = Visitor::new(&node).await;
    proxy.cut_one_in(5);
    for round in 1..=ROUNDS {
        join_all((0..4).map(|_| visitor.counts(&node))).await;
        assert_eq!(visitor.count(&node).await, 4 * round);
    }
    proxy.cut_one_in(0);
    assert_eq!(store.count(NOW).await.unwrap(), 1);
}
