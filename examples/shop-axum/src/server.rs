//! Listening, logging, and stopping.

use std::env;
use std::future::IntoFuture;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::sleep;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::start_error::StartError;

/// What the session layer does is told at `debug`.
const LOGGED: &str = "info,session_kit=debug";

/// How long requests may take once the shop is asked to stop.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn log_to_stderr() -> Result<(), StartError> {
    let wanted = env::var("RUST_LOG").unwrap_or_else(|_| LOGGED.to_owned());
    let filter: Targets = wanted.parse()?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    Ok(())
}

#[expect(clippy::print_stdout, reason = "scripts read the address there")]
pub(crate) async fn serve(address: SocketAddr, app: Router) -> Result<(), StartError> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })?;
    println!("listening on http://{}", listener.local_addr()?);
    let signal = stop_signal()?;
    let asked = Arc::new(Notify::new());
    let out_of_patience = {
        let asked = Arc::clone(&asked);
        async move {
            asked.notified().await;
            sleep(PATIENCE).await;
        }
    };
    let stop = async move {
        signal.await;
        tracing::info!("stopping, requests under way are finished");
        asked.notify_one();
    };
    tokio::select! {
        served = axum::serve(listener, app).with_graceful_shutdown(stop).into_future() => served?,
        () = out_of_patience => tracing::warn!("stopped, and cut off requests that were under way for {PATIENCE:?}"),
    }
    Ok(())
}

#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
