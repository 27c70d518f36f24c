//! Two processes with fifty writers each, all on one session.

use std::sync::Arc;

use futures_util::future::join_all;
use session_core::Store;

use crate::alone;
use crate::support::engine::{Engine, Settings};
use crate::support::other_process::{OtherProcess, task};
use crate::support::session::NOW;
use crate::support::visitor::{Visitor, node};

const WRITERS: u64 = 50;
const INCREMENTS: u64 = 4;

on_each_engine! {
    no_increment_of_a_hundred_writers_in_two_processes_is_lost
    the_other_process
}

/// Not a test by itself: what the other process does with a table and a cookie.
async fn the_other_process<E: Engine>() {
    let Some(task) = task() else { return };
    let (table, cookie) = task.split_once(' ').unwrap();
    let store = Settings {
        table: table.to_owned(),
        ..Settings::shared::<E>()
    };
    write(&store.connect::<E>().await, &Visitor::of(cookie)).await;
}

async fn write(store: &Arc<dyn Store>, visitor: &Visitor) {
    let node = node(store);
    let writers = (0..WRITERS).map(|_| {
        let (visitor, node) = (visitor.clone(), node.clone());
        tokio::spawn(async move {
            for _ in 0..INCREMENTS {
                visitor.counts(&node).await;
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
}

async fn no_increment_of_a_hundred_writers_in_two_processes_is_lost<E: Engine>() {
    let _turn = alone().await;
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    let node = node(&store);
    let visitor = Visitor::new(&node).await;
    let test = format!("many_writers::{}::the_other_process", E::SERVICE);
    let others = (0..2).map(|_| OtherProcess::start(&test, &[&settings.table, visitor.cookie()]).succeeds());
    join_all(others).await;
    assert_eq!(visitor.count(&node).await, 2 * WRITERS * INCREMENTS);
    assert_eq!(store.count(NOW).await.unwrap(), 1);
}
