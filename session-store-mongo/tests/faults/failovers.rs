//! Primaries that die, freeze, or step down.

use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::doc;
use session_core::{Deleted, Loaded, Store, Updated};
use tokio::time::{Instant, sleep};

use crate::support::load::{Load, Outcome};
use crate::support::patience::wait_until;
use crate::support::server::Replicas;
use crate::support::session::{NOW, counting, create, found};
use crate::{LONGEST_CALL, LONGEST_RECOVERY, RESPONSE_TIMEOUT, alone, builder, store};

/// Writers go on while the primary goes away, and a while after another is there and has a majority: the set takes its time, and only
/// what comes on top is the store's.
async fn lose_primary(
    replicas: &Replicas,
    store: &Arc<dyn Store>,
    name: &str,
    lose: impl AsyncFnOnce(usize),
) -> (Outcome, usize) {
    let load = Load::start(store, 16).await;
    let before = replicas.primary().await;
    let failure = Instant::now();
    lose(before).await;
    let after = replicas.primary_after(before).await;
    let elected = failure.elapsed();
    replicas.is_confirmed(after).await;
    let confirmed = failure.elapsed();
    load.recover_since(failure + confirmed).await;
    let outcome = load.end().await;
    let recovery = outcome.recovery_since(failure);
    println!(
        "{name}: {outcome}, another primary after {elected:?}, which a majority confirms after {confirmed:?}, all again after {recovery:?}"
    );
    outcome.assert_honest();
    assert!(
        recovery < confirmed + LONGEST_RECOVERY + outcome.longest_stall,
        "{recovery:?}: {outcome}"
    );
    outcome.assert_in_time(LONGEST_CALL);
    (outcome, before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_the_primary() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(replicas.url()).await;
    let kill = async |node| replicas.kill(node).await;
    let (outcome, _) = lose_primary(&replicas, &store, "primary killed", kill).await;
    outcome.assert_nothing_lost();
    // With the old primary among them again.
    replicas.restart().await;
    let load = Load::start(&store, 4).await;
    load.end().await.assert_nothing_lost();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_primary_is_left_for_good() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(replicas.url()).await;
    let freeze = async |node| replicas.freeze(node).await;
    let (outcome, before) = lose_primary(&replicas, &store, "primary frozen", freeze).await;
    outcome.assert_nothing_lost();
    // It takes itself for the primary until it hears of the other, and undoes what only it has.
    let load = Load::start(&store, 16).await;
    replicas.thaw(before);
    wait_until("the old primary follows the new one", async || {
        replicas.is_secondary(before).await
    })
    .await;
    load.recover_since(Instant::now()).await;
    let outcome = load.end().await;
    println!("old primary thawed: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    outcome.assert_in_time(LONGEST_CALL);
}

/// As operators do before they take a machine away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_steps_down_loses_nothing() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(replicas.url()).await;
    let step_down = async |node| {
        // The connection may end before the answer.
        drop(replicas.ask(node, "admin", doc! { "replSetStepDown": 10 }).await);
    };
    let (outcome, _) = lose_primary(&replicas, &store, "primary stepped down", step_down).await;
    outcome.assert_nothing_lost();
}

/// This is not what is wished for, but what `w=1` is: and losses are seen here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_primary_had_is_lost_with_it() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(format!("{}&w=1", replicas.url())).await;
    let (outcome, _) = lose_primary(&replicas, &store, "w=1, primary killed", async |node| {
        let others = (0..3).filter(|other| *other != node);
        for other in others.clone() {
            replicas.replicates(other, false).await;
        }
        sleep(RESPONSE_TIMEOUT).await;
        replicas.kill(node).await;
        for other in others {
            replicas.replicates(other, true).await;
        }
    })
    .await;
    assert!(outcome.lost > 0, "{outcome}");
}

/// Nothing fails here that could tell the store: it has to hear of the election.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_idle_during_a_failover_writes_to_the_new_primary() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(replicas.url()).await;
    let (first, second) = (counting(0), counting(1));
    let key = create(&store, &first).await;
    let ended = create(&store, &counting(0)).await;
    let before = replicas.primary().await;
    replicas.freeze(before).await;
    let after = replicas.primary_after(before).await;
    replicas.thaw(before);
    // Until the third one follows, no write is confirmed, and that takes half a second at times: the set's time, not the store's.
    replicas.is_confirmed(after).await;
    let updated = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    assert_eq!(store.delete(&ended, NOW).await.unwrap(), Deleted::Deleted);
    wait_until("the old primary follows the new one", async || {
        replicas.is_secondary(before).await
    })
    .await;
    assert_eq!(found(&store, &key).await, second);
    assert_eq!(store.load(&ended, NOW).await.unwrap(), Loaded::Absent);
}

/// Two of three are a majority, and one is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_secondary_is_nobodys_business_and_two_are_an_error_in_time() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let store = store(replicas.url()).await;
    let primary = replicas.primary().await;
    let others: Vec<_> = (0..3).filter(|other| *other != primary).collect();
    let load = Load::start(&store, 8).await;
    replicas.freeze(others[0]).await;
    load.recover_since(Instant::now()).await;
    let outcome = load.end().await;
    println!("one secondary frozen: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");

    let load = Load::start(&store, 8).await;
    replicas.freeze(others[1]).await;
    sleep(Duration::from_secs(3)).await;
    let back = Instant::now();
    others.iter().for_each(|other| replicas.thaw(*other));
    load.recover_since(back).await;
    let outcome = load.end().await;
    println!(
        "two secondaries frozen: {outcome}, all again after {:?}",
        outcome.recovery_since(back)
    );
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert!(outcome.replies_lost > 0, "{outcome}");
    outcome.assert_in_time(LONGEST_CALL);
}

/// The set elects another one while the write goes on: the driver finds it, and the caller hears nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_is_longer_than_an_election_hides_it() {
    let _turn = alone().await;
    let replicas = Replicas::start().await;
    let patient = builder(replicas.url()).response_timeout(Duration::from_secs(20));
    let store = crate::connect(patient).await;
    let load = Load::start(&store, 4).await;
    let before = replicas.primary().await;
    drop(replicas.ask(before, "admin", doc! { "replSetStepDown": 10 }).await);
    replicas.primary_after(before).await;
    load.recover_since(Instant::now()).await;
    let outcome = load.end().await;
    println!("stepped down, with time: {outcome}");
    outcome.assert_honest();
    outcome.assert_nothing_lost();
    assert_eq!((outcome.refused, outcome.replies_lost), (0, 0), "{outcome}");
}
