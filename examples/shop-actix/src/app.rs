//! Which path leads where.

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, get, head, post, resource};
use actix_web::{App, Error, FromRequest, Handler, Resource, Responder};
use session_kit::SessionManager;
use session_kit::actix::SessionMiddleware;

use crate::routes::{account, assets, cart, devices, health, login, products};
use crate::{form, headers, routes, same_origin};

pub(crate) fn app(
    sessions: SessionManager,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>> {
    let pages = web::scope("")
        .service(page("/", products::show))
        .service(page("/login", login::show).route(post().to(login::sign_in)))
        .service(resource("/logout").route(post().to(login::sign_out)))
        .service(resource("/destroy").route(post().to(account::destroy)))
        .service(page("/account", account::show))
        .service(page("/cart", cart::show))
        .service(resource("/cart/add").route(post().to(cart::add)))
        .service(resource("/cart/remove").route(post().to(cart::remove)))
        .service(page("/devices", devices::show))
        .service(resource("/devices/revoke").route(post().to(devices::revoke)))
        .service(resource("/devices/revoke-others").route(post().to(devices::revoke_others)))
        .default_service(web::to(routes::not_found))
        .app_data(form::config())
        .wrap(SessionMiddleware::new(sessions))
        .wrap(from_fn(same_origin::refuse_forms_of_other_sites))
        .wrap(from_fn(headers::finish_page));

    // These have no session to touch.
    App::new()
        .service(page("/healthz", health::show))
        .configure(assets::config)
        .service(pages)
}

/// What is shown at `path`. Its head alone can be had, too.
pub(crate) fn page<F, Args>(path: &str, show: F) -> Resource
where
    F: Handler<Args> + Copy,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path).route(get().to(show)).route(head().to(show))
}
