//! A small shop that keeps its visitors' carts and sign-ins in sessions.

mod app;
mod format;
mod headers;
mod options;
mod respond;
mod routes;
mod same_origin;
mod secret_file;
mod server;
mod shop;
mod signed_in;
mod start_error;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use options::Options;
use session_kit::ExpiredSessions;
use start_error::StartError;

const CLEAN_UP_INTERVAL: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(answer) => return options::explain(&answer),
    };
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.explain(),
    }
}

async fn run(options: &Options) -> Result<(), StartError> {
    server::log_to_stderr()?;
    let keys = options.signing_keys()?;
    let store = options.connect().await?;
    // It ends with the runtime, which may be at any moment.
    tokio::spawn(ExpiredSessions::of(Arc::clone(&store)).sweep_every(CLEAN_UP_INTERVAL)?);
    let app = app::app(options.session_manager(store, keys)?);
    server::serve(options.listen, app).await
}
