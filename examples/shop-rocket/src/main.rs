//! A small shop that keeps its visitors' carts and sign-ins in sessions.

mod app;
mod catchers;
mod fallback;
mod form;
mod format;
mod headers;
mod respond;
mod routes;
mod same_origin;
mod server;
mod signed_in;
mod under_way;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shop::run(env!("CARGO_PKG_NAME"), server::serve).await
}
