//! Forms that other sites send.

use axum::extract::Request;
use axum::http::{HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What browsers say about where a request comes from (W3C Fetch Metadata). Programs say nothing.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// SameSite=Lax keeps the session's cookie away from such a form. But it would begin a session without it, whose cookie
/// takes the place of the visitor's: signed out, or signed in as somebody else.
pub(crate) async fn refuse_forms_of_other_sites(request: Request, next: Next) -> Response {
    let is_foreign = request
        .headers()
        .get(SITE)
        .is_some_and(|site| site != "same-origin" && site != "none");
    if request.method() == Method::POST && is_foreign {
        return (StatusCode::FORBIDDEN, "this form is from another site\n").into_response();
    }
    next.run(request).await
}
