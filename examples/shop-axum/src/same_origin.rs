//! Forms that other sites send.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shop::same_origin::{SITE, refusal};

use crate::respond::Rendered;

pub(crate) async fn refuse_forms_of_other_sites(request: Request, next: Next) -> Response {
    let site = request.headers().get(SITE).map(|site| site.as_bytes());
    if let Some(reply) = refusal(request.method().as_str(), site) {
        return Rendered(reply).into_response();
    }
    next.run(request).await
}
