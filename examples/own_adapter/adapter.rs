//! The adapter: `open` before the handler, `commit` after it.

use std::net::IpAddr;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use session_kit::{Error, HeaderLines, RequestInfo, SessionManager};

/// Answers `request` by `handler`, which finds the session among the request's extensions.
pub(crate) async fn with_session<B, R, Reply>(
    manager: &SessionManager,
    peer: IpAddr,
    mut request: Request<B>,
    handler: impl FnOnce(Request<B>) -> Reply,
) -> Response<R>
where
    R: Default,
    Reply: Future<Output = Result<Response<R>, Error>>,
{
    let head = request.headers();
    let mut info = RequestInfo::new().peer(peer);
    if let Some(proto) = head.get("x-forwarded-proto") {
        info = info.forwarded_proto(proto.as_bytes());
    }
    let values = head.get_all(manager.request_header()).into_iter();
    let session = manager.open(values.map(HeaderValue::as_bytes), &info);
    request.extensions_mut().insert(session.clone());

    let response = handler(request).await.unwrap_or_else(|error| refusal(&error));

    let committed = manager.commit(session, response.status().as_u16()).await;
    let mut response = committed.result.map_or_else(|error| refusal(&error), |()| response);
    let head = response.headers_mut();
    let present = |name| head.get_all(name).into_iter().map(HeaderValue::as_bytes);
    append(committed.headers.beside(present), head);
    response
}

/// The response that tells of an error.
fn refusal<R: Default>(error: &Error) -> Response<R> {
    let mut response = Response::new(R::default());
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    append(error.headers(), response.headers_mut());
    response
}

fn append(lines: HeaderLines, head: &mut HeaderMap) {
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(&*name), HeaderValue::try_from(&*value)) {
            head.append(name, value);
        }
    }
}
