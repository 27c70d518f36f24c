//! Nodes that start at once and find no tables.

use futures_util::future::join_all;

use crate::support::client::Client;
use crate::support::engine::{Engine, Settings};
use crate::support::other_process::{OtherProcess, task};
use crate::support::session::{NOW, counting, create};

const NODES: usize = 8;
const ROUNDS: usize = 24;

on_each_engine! {
    eight_nodes_that_start_at_once_make_the_tables_once
    eight_processes_that_start_at_once_make_the_tables_once
    the_other_process
}

async fn eight_nodes_that_start_at_once_make_the_tables_once<E: Engine>() {
    let mut client = Client::<E>::user().await;
    for _ in 0..ROUNDS {
        let settings = Settings::shared::<E>().connections(1);
        let starts = (0..NODES).map(|_| tokio::spawn(E::connect(settings.clone())));
        for store in join_all(starts).await {
            let store = store.unwrap().unwrap();
            create(&store, &counting(0)).await;
        }
        is_made_once(&mut client, &settings.table).await;
    }
}

/// Not a test by itself: what another process does with a table.
async fn the_other_process<E: Engine>() {
    let Some(table) = task() else { return };
    let settings = Settings {
        table,
        ..Settings::shared::<E>().connections(1)
    };
    create(&settings.connect::<E>().await, &counting(0)).await;
}

async fn eight_processes_that_start_at_once_make_the_tables_once<E: Engine>() {
    let mut client = Client::<E>::user().await;
    let test = format!("many_starts::{}::the_other_process", E::SERVICE);
    for _ in 0..4 {
        let settings = Settings::shared::<E>();
        let starts: Vec<_> = (0..NODES)
            .map(|_| OtherProcess::start(&test, &[&settings.table]))
            .collect();
        join_all(starts.into_iter().map(OtherProcess::succeeds)).await;
        is_made_once(&mut client, &settings.table).await;
        let store = settings.connect::<E>().await;
        assert_eq!(store.count(NOW).await.unwrap(), NODES as u64);
    }
}

async fn is_made_once<E: Engine>(client: &mut Client<E>, table: &str) {
    let versions: u64 = client.value(&format!("SELECT count(*) FROM {table}_version")).await;
    let sessions: usize = client.value(&format!("SELECT count(*) FROM {table}")).await;
    assert_eq!((versions, sessions), (1, NODES));
}
