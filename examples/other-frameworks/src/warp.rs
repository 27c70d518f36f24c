//! warp: the tower layer as it is, around the service that warp makes of a filter.
//!
//! `serve(listener, session_layer(manager).layer(warp::service(filter)))`: `warp::serve` takes a filter and nothing else, so
//! it is hyper that serves the service. What a filter is rejected with becomes a response inside the layer.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use session_kit::axum::SessionLayer;
use session_kit::{Error, RequestInfo, Session, SessionManager};
use tokio::net::TcpListener;
use tower_service::Service;
use warp::Filter;
use warp::http::header::{HeaderName, HeaderValue};
use warp::http::{Request, StatusCode};
use warp::reject::{self, Reject, Rejection};
use warp::reply::{Reply, Response};

/// Gives each request a session, and commits it before the response head goes out.
pub fn session_layer(manager: SessionManager) -> SessionLayer {
    SessionLayer::new(manager).request_info(|extensions| {
        let peer = extensions.get::<SocketAddr>();
        peer.map_or_else(RequestInfo::new, |peer| RequestInfo::new().peer(peer.ip()))
    })
}

/// Serves a service on a listener, and tells it who is at the other end.
///
/// # Errors
///
/// When a connection can't be accepted.
pub async fn serve<S, B>(listener: TcpListener, service: S) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = warp::http::Response<B>> + Clone + Send + 'static,
    S::Error: StdError + Send + Sync,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: StdError + Send + Sync,
{
    loop {
        let (stream, peer) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            service.call(request)
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection.with_upgrades());
    }
}

/// The session of this request, for handlers. Without [`session_layer`] the request is rejected, which is a 500 unless the
/// application recovers, and the log says what is missing.
#[must_use]
pub fn session() -> impl Filter<Extract = (Session,), Error = Rejection> + Copy {
    warp::ext::optional::<Session>().and_then(async |session: Option<Session>| {
        session.ok_or_else(|| {
            tracing::error!("a filter asks for a session and there is none: add `session_layer(manager)`");
            reject::custom(MissingLayer)
        })
    })
}

/// A filter asks for a session on a route without [`session_layer`].
#[derive(Clone, Copy, Debug)]
pub struct MissingLayer;

impl Reject for MissingLayer {}

/// A session operation's error as a response, for handlers that use `?` and are attached by `then`: the status, and no more.
#[derive(Debug)]
pub struct SessionError(pub Error);

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl Reply for SessionError {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.0.headers() {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(&*name), HeaderValue::try_from(&*value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
