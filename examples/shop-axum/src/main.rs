//! A small shop that keeps its visitors' carts and sign-ins in sessions.

mod app;
mod format;
mod headers;
mod options;
mod respond;
mod routes;
mod same_origin;
mod server;
mod shop;
mod signed_in;
mod start_error;

use std::process::ExitCode;

use options::Options;
use start_error::StartError;

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
    let app = app::app(options.session_manager().await?);
    server::serve(options.listen, app).await
}
