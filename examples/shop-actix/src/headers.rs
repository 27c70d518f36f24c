//! What every page's response has, whichever handler made it.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use shop::headers::{OUTAGE, PAGE, VARY};

pub(crate) async fn finish_page(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // The session layer's refusal has no body.
        response = response.map_body(|_, _| BoxBody::new(OUTAGE));
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, html);
    }
    let head = response.headers_mut();
    head.append(HeaderName::from_static(VARY.0), HeaderValue::from_static(VARY.1));
    for (name, value) in PAGE {
        head.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(response)
}
