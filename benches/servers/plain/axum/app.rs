//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use session_kit::SessionManager;
use shop::requests::cart::AddForm;
use shop::{FixedCart, LARGEST_FORM, Reply};

use crate::form::Form;
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::{everybody, headers, same_origin};

pub(crate) fn app(_sessions: SessionManager) -> Router {
    let cart = FixedCart::new(everybody::EMAIL, &everybody::LINES).unwrap();
    Router::new()
        .route("/cart", get(show))
        .route("/cart/add", post(add))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn(same_origin::refuse_forms_of_other_sites))
        .layer(map_response(headers::finish_page))
        .with_state(Arc::new(cart))
}

async fn show(State(cart): State<Arc<FixedCart>>, Wanted(_): Wanted) -> Answer {
    Ok(Rendered(cart.show()))
}

async fn add(State(cart): State<Arc<FixedCart>>, Wanted(_): Wanted, Form(form): Form<AddForm>) -> Answer {
    let refusal = || Reply::Text(422, String::new());
    Ok(Rendered(cart.add(&form).unwrap_or_else(refusal)))
}
