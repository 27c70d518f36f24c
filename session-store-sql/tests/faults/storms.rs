//! Everything at once on few sessions: who meets others tries again, and no caller hears of it.

use std::sync::Arc;

use session_core::Store;

use crate::alone;
use crate::support::engine::{BeforeAcquire, Engine, Settings};
use crate::support::storm;

on_each_engine! {
    a_storm_on_few_sessions_surfaces_in_no_error
    a_storm_on_few_sessions_surfaces_in_no_error_over_a_pool
}

async fn a_storm_on_few_sessions_surfaces_in_no_error<E: Engine>() {
    let _turn = alone().await;
    let store = settings::<E>().connect::<E>().await;
    weather::<E>(&store).await;
}

async fn a_storm_on_few_sessions_surfaces_in_no_error_over_a_pool<E: Engine>() {
    let _turn = alone().await;
    let store = E::connect_pool(settings::<E>(), BeforeAcquire::Nothing).await.unwrap();
    weather::<E>(&store).await;
}

/// PostgreSQL sees a deadlock after a second, so two in a row are more than the default limit allows.
fn settings<E: Engine>() -> Settings {
    Settings::shared::<E>().connections(8)
}

async fn weather<E: Engine>(store: &Arc<dyn Store>) {
    let (calls, slowest) = storm::storm(store).await;
    assert!(calls > 500, "{calls}");
    println!("{} storm: {calls} calls, slowest {slowest:?}", E::SERVICE);
}
