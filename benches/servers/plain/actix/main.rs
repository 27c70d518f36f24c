//! The shop on actix-web as it is without sessions: its cart is everybody's. All but what is in `app` is the shop's own.

mod app;
#[path = "../../everybody.rs"]
mod everybody;
#[path = "../../../../examples/shop-actix/src/form.rs"]
mod form;
#[path = "../../../../examples/shop-actix/src/format.rs"]
#[expect(dead_code, reason = "it is asked for, and there are only pages")]
mod format;
#[path = "../../../../examples/shop-actix/src/headers.rs"]
mod headers;
#[path = "../../../../examples/shop-actix/src/respond.rs"]
mod respond;
#[path = "../../../../examples/shop-actix/src/same_origin.rs"]
mod same_origin;
#[path = "../../../../examples/shop-actix/src/server.rs"]
mod server;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shop::run("plain-actix", server::serve).await
}
