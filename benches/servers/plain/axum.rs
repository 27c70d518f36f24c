//! The shop on axum as it would be without sessions. All but the handlers is the shop's own, its options too.

#[path = "../everybody.rs"]
mod everybody;
#[path = "../../../examples/shop-axum/src/form.rs"]
mod form;
#[path = "../../../examples/shop-axum/src/format.rs"]
mod format;
#[path = "../../../examples/shop-axum/src/headers.rs"]
mod headers;
#[path = "../../../examples/shop-axum/src/respond.rs"]
mod respond;
#[path = "../../../examples/shop-axum/src/same_origin.rs"]
mod same_origin;
#[path = "../../../examples/shop-axum/src/server.rs"]
mod server;

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use shop::requests::cart::AddForm;
use shop::{FixedCart, LARGEST_FORM, Reply};

use form::Form;
use format::Wanted;
use respond::{Answer, Rendered};

#[tokio::main]
async fn main() -> ExitCode {
    shop::run("plain-axum", server::serve).await
}

mod app {
    use super::*;

    pub(crate) fn app(_sessions: session_kit::SessionManager) -> Router {
        let cart = FixedCart::new(everybody::EMAIL, &everybody::LINES).unwrap();
        Router::new()
            .route("/cart", get(show))
            .route("/cart/add", post(add))
            .with_state(Arc::new(cart))
            .layer(DefaultBodyLimit::max(LARGEST_FORM))
            .layer(from_fn(same_origin::refuse_forms_of_other_sites))
            .layer(map_response(headers::finish_page))
    }

    async fn show(State(cart): State<Arc<FixedCart>>, Wanted(_): Wanted) -> Answer {
        Ok(Rendered(cart.show()))
    }

    async fn add(State(cart): State<Arc<FixedCart>>, Wanted(_): Wanted, Form(form): Form<AddForm>) -> Answer {
        let refusal = || Reply::Text(422, String::new());
        Ok(Rendered(cart.add(&form).unwrap_or_else(refusal)))
    }
}
