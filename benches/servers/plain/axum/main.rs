//! The shop on axum as it is without sessions: its cart is everybody's. All but what is in `app` is the shop's own.

mod app;
#[path = "../../everybody.rs"]
mod everybody;
#[path = "../../../../examples/shop-axum/src/form.rs"]
mod form;
#[path = "../../../../examples/shop-axum/src/format.rs"]
#[expect(dead_code, reason = "it is asked for, and there are only pages")]
mod format;
#[path = "../../../../examples/shop-axum/src/headers.rs"]
mod headers;
#[path = "../../../../examples/shop-axum/src/respond.rs"]
mod respond;
#[path = "../../../../examples/shop-axum/src/same_origin.rs"]
mod same_origin;
#[path = "../../../../examples/shop-axum/src/server.rs"]
mod server;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shop::run("plain-axum", server::serve).await
}
