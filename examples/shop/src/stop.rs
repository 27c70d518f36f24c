//! Stopping when asked, and not before requests under way are finished.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::StartError;

/// How long requests may take once the shop is asked to stop.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Ends when the shop is asked to stop, by Ctrl-C or an init system.
pub type Asked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs the server that `serve` starts, which goes on until it is asked and has finished the requests under way. Those
/// that take longer than [`PATIENCE`] are cut off.
///
/// # Errors
///
/// When the process can't listen to signals, and when the server fails.
pub async fn until_stopped<F, E>(serve: impl FnOnce(Asked) -> F) -> Result<(), StartError>
where
    F: Future<Output = Result<(), E>>,
    StartError: From<E>,
{
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
        served = serve(Box::pin(stop)) => served?,
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
