//! Which path leads where.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use session_kit::SessionManager;
use session_kit::axum::SessionLayer;
use shop::LARGEST_FORM;

use crate::routes::{account, assets, cart, devices, health, login, products};
use crate::{headers, routes, same_origin};

pub(crate) fn app(sessions: SessionManager) -> Router {
    let pages = Router::new()
        .route("/", get(products::show))
        .route("/login", get(login::show).post(login::sign_in))
        .route("/logout", post(login::sign_out))
        .route("/destroy", post(account::destroy))
        .route("/account", get(account::show))
        .route("/cart", get(cart::show))
        .route("/cart/add", post(cart::add))
        .route("/cart/remove", post(cart::remove))
        .route("/devices", get(devices::show))
        .route("/devices/revoke", post(devices::revoke))
        .route("/devices/revoke-others", post(devices::revoke_others))
        .fallback(routes::not_found)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(SessionLayer::new(sessions))
        .layer(from_fn(same_origin::refuse_forms_of_other_sites))
        .layer(map_response(headers::finish_page));

    // These have no session to touch.
    Router::new()
        .route("/healthz", get(health::show))
        .merge(assets::router())
        .merge(pages)
}
