//! Which path leads where.

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, get, post, resource};
use actix_web::{App, Error};
use session_kit::SessionManager;
use shop::requests::cart::AddForm;
use shop::{FixedCart, Reply};

use crate::form::{self, Form};
use crate::format::Wanted;
use crate::respond::{Answer, Rendered};
use crate::{everybody, headers, same_origin};

pub(crate) fn app(
    _sessions: SessionManager,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>> {
    let cart = FixedCart::new(everybody::EMAIL, &everybody::LINES).unwrap();
    let pages = web::scope("")
        .service(resource("/cart").route(get().to(show)))
        .service(resource("/cart/add").route(post().to(add)))
        .app_data(form::config())
        .app_data(Data::new(cart))
        .wrap(from_fn(same_origin::refuse_forms_of_other_sites))
        .wrap(from_fn(headers::finish_page));
    App::new().service(pages)
}

async fn show(cart: Data<FixedCart>, Wanted(_): Wanted) -> Answer {
    Ok(Rendered(cart.show()))
}

async fn add(cart: Data<FixedCart>, Wanted(_): Wanted, Form(form): Form<AddForm>) -> Answer {
    let refusal = || Reply::Text(422, String::new());
    Ok(Rendered(cart.add(&form).unwrap_or_else(refusal)))
}
