//! The shop on Rocket as it is without sessions: its cart is everybody's. All but what is in `app` is the shop's own.

mod app;
#[path = "../../../../examples/shop-rocket/src/catchers.rs"]
mod catchers;
#[path = "../../everybody.rs"]
mod everybody;
#[path = "../../../../examples/shop-rocket/src/form.rs"]
mod form;
#[path = "../../../../examples/shop-rocket/src/format.rs"]
mod format;
#[path = "../../../../examples/shop-rocket/src/headers.rs"]
mod headers;
#[path = "../../../../examples/shop-rocket/src/respond.rs"]
mod respond;
#[path = "../../../../examples/shop-rocket/src/same_origin.rs"]
mod same_origin;
#[path = "../../../../examples/shop-rocket/src/server.rs"]
mod server;
#[path = "../../../../examples/shop-rocket/src/under_way.rs"]
mod under_way;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shop::run("plain-rocket", server::serve).await
}
