//! actix-web alone, and with a middleware that does nothing.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, web};

use super::Site;
use crate::values::FIRST;

pub(crate) async fn site() -> Site {
    Site::new(init_service(App::new().configure(routes)).await, "none")
}

pub(crate) async fn empty_site() -> Site {
    let application = App::new().configure(routes).wrap(from_fn(pass_on));
    Site::new(init_service(application).await, "none")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/untouched", web::get().to(untouched))
        .route("/read", web::get().to(untouched))
        .route("/write", web::get().to(untouched))
        .route("/new", web::get().to(untouched))
        .route("/sign-in/{name}", web::get().to(sign_in))
        .route("/fill/{number}", web::get().to(untouched));
}

/// All the others have it too.
pub(crate) async fn untouched() -> String {
    FIRST.to_string()
}

async fn sign_in(name: web::Path<String>) -> String {
    assert!(!name.is_empty());
    FIRST.to_string()
}

async fn pass_on(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    next.call(request).await
}
