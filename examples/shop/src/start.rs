//! From the command line to a shop that is open.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use session_kit::{ExpiredSessions, SessionManager};

use crate::StartError;
use crate::logging::log_to_stderr;
use crate::options::{self, Options};

const CLEAN_UP_INTERVAL: Duration = Duration::from_secs(60);

/// Runs a shop: reads the options, connects to the store, and has `serve` listen until the shop is asked to stop. Needs
/// tokio's runtime. What went wrong is told on stderr, and by the exit code: 2 for options that can't be right anywhere.
pub async fn run<S>(program: &'static str, serve: S) -> ExitCode
where
    S: AsyncFnOnce(SocketAddr, SessionManager) -> Result<(), StartError>,
{
    let options = match Options::read(program) {
        Ok(options) => options,
        Err(answer) => return options::explain(&answer),
    };
    match open(&options, serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.explain(),
    }
}

async fn open<S>(options: &Options, serve: S) -> Result<(), StartError>
where
    S: AsyncFnOnce(SocketAddr, SessionManager) -> Result<(), StartError>,
{
    log_to_stderr()?;
    if let Some(express) = options.express {
        return serve(options.listen, options.shared_session_manager(express).await?).await;
    }
    let keys = options.signing_keys()?;
    let store = options.connect().await?;
    // It ends with the runtime, which may be at any moment.
    tokio::spawn(ExpiredSessions::of(Arc::clone(&store)).sweep_every(CLEAN_UP_INTERVAL)?);
    serve(options.listen, options.session_manager(store, keys).await?).await
}
