//! Forms that other sites send.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use shop::same_origin::{SITE, refusal};

use crate::respond::response;

pub(crate) async fn refuse_forms_of_other_sites(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let site = request.headers().get(SITE).map(|site| site.as_bytes());
    if let Some(reply) = refusal(request.method().as_str(), site) {
        return Ok(request.into_response(response(reply)));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
