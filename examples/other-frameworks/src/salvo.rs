//! salvo: the tower layer, by salvo's feature `tower-compat`.
//!
//! `Router::new().hoop(sessions(manager))` is all that an application adds. `SessionLayer::new(manager).compat()` would do
//! as well, but for two things, which are here around it: a tower layer does not learn who is at the other end, and after
//! one salvo makes no page for an error.

use std::ops::Deref;

use salvo::extract::Metadata;
use salvo::http::header::{HeaderName, HeaderValue};
use salvo::http::uri::Scheme;
use salvo::http::{ResBody, StatusCode, StatusError};
use salvo::hyper::body::Body;
use salvo::prelude::TowerLayerCompat;
use salvo::{Depot, Extractible, FlowCtrl, Handler, Request, Response, Scribe, async_trait};
use session_kit::axum::SessionLayer;
use session_kit::{Error, RequestInfo, SessionManager};

/// Gives each request a session, and commits it before the response head goes out.
///
/// To be called in a tokio runtime, for salvo has a task for each tower layer.
#[must_use]
pub fn sessions(manager: SessionManager) -> impl Handler {
    let layer = SessionLayer::new(manager);
    let layer = layer.request_info(|extensions| extensions.get::<RequestInfo<'_>>().copied().unwrap_or_default());
    Sessions(layer.compat())
}

struct Sessions<H>(H);

#[async_trait]
impl<H: Handler> Handler for Sessions<H> {
    async fn handle(&self, request: &mut Request, depot: &mut Depot, response: &mut Response, rest: &mut FlowCtrl) {
        let info = describe(request);
        request.extensions_mut().insert(info);
        self.0.handle(request, depot, response, rest).await;
        // What comes from a tower layer is a body to salvo, even if there is nothing in it, and it makes no page then.
        let is_error = |status: StatusCode| status.is_client_error() || status.is_server_error();
        if response.status_code.is_some_and(is_error) && response.body.is_end_stream() {
            response.body(ResBody::None);
        }
    }
}

fn describe(request: &Request) -> RequestInfo<'static> {
    let peer = request.remote_addr().ip();
    let info = peer.map_or_else(RequestInfo::new, |peer| RequestInfo::new().peer(peer));
    if *request.scheme() == Scheme::HTTPS {
        info.over_tls()
    } else {
        info
    }
}

/// The session of this request. Without [`sessions`] the request is answered with 500, and the log says what is missing.
#[derive(Clone, Debug)]
pub struct Session(pub session_kit::Session);

impl Deref for Session {
    type Target = session_kit::Session;

    fn deref(&self) -> &session_kit::Session {
        &self.0
    }
}

impl<'ex> Extractible<'ex> for Session {
    fn metadata() -> &'static Metadata {
        static METADATA: Metadata = Metadata::new("Session");
        &METADATA
    }

    #[expect(refining_impl_trait, reason = "who extracts it by hand can name the error")]
    async fn extract(request: &'ex mut Request, _depot: &'ex mut Depot) -> Result<Self, StatusError> {
        let session = request.extensions().get::<session_kit::Session>().cloned();
        session.map(Self).ok_or_else(|| {
            tracing::error!("a handler asks for a session on a route without one: add `.hoop(sessions(manager))`");
            StatusError::internal_server_error()
        })
    }
}

/// A session operation's error as a response, for handlers that use `?`: the status, and no more.
#[derive(Debug)]
pub struct SessionError(pub Error);

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl Scribe for SessionError {
    fn render(self, response: &mut Response) {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.status_code(status);
        for (name, value) in self.0.headers() {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(&*name), HeaderValue::try_from(&*value)) {
                response.headers_mut().append(name, value);
            }
        }
    }
}
