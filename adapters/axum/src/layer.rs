//! The layer and the service that it makes.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::COOKIE;
use http::{Extensions, HeaderName, HeaderValue, Request, Response};
use session_core::{RequestInfo, SessionManager};
use tower_layer::Layer;
use tower_service::Service;

use crate::future::ResponseFuture;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Gives each request a session, and commits it before the response head goes out. Works around any tower service for
/// HTTP; the [`Session`](crate::Session) extractor is for axum.
///
/// With one layer inside another, under different cookie names, handlers get the inner one's session.
///
/// ```
/// use axum::{Router, routing::get};
/// use session_axum::{Session, SessionError, SessionLayer};
/// use session_core::{SessionManager, SigningKeys};
/// use session_store_memory::MemoryStore;
///
/// async fn count(session: Session) -> Result<String, SessionError> {
///     let visits = session.update("visits", |visits: &mut u64| { *visits += 1; *visits }).await?;
///     Ok(format!("visit {visits}"))
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate()?)?;
/// let app: Router = Router::new().route("/", get(count)).layer(SessionLayer::new(manager));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SessionLayer(Arc<Settings>);

/// Behind one pointer, for frameworks clone a service for each request.
#[derive(Clone)]
struct Settings {
    manager: SessionManager,
    /// The request header that has the id.
    header: HeaderName,
    request_info: Option<Arc<DescribeRequest>>,
}

type DescribeRequest = dyn Fn(&Extensions) -> RequestInfo<'static> + Send + Sync;

impl SessionLayer {
    /// A layer for the sessions of this manager.
    pub fn new(manager: SessionManager) -> Self {
        Self(Arc::new(Settings {
            header: HeaderName::try_from(manager.request_header()).unwrap_or(COOKIE),
            manager,
            request_info: None,
        }))
    }

    /// Says what is known of a request's connection, from its extensions: for cookies that are Secure as the request is
    /// ([`CookieSettings::secure_as_the_request`](session_core::CookieSettings::secure_as_the_request)). Default: nothing is.
    ///
    /// ```
    /// # use std::net::SocketAddr;
    /// # use axum::extract::ConnectInfo;
    /// # use session_axum::SessionLayer;
    /// # use session_core::RequestInfo;
    /// # fn with_peers(layer: SessionLayer) -> SessionLayer {
    /// layer.request_info(|extensions| match extensions.get::<ConnectInfo<SocketAddr>>() {
    ///     Some(ConnectInfo(address)) => RequestInfo::new().peer(address.ip()),
    ///     None => RequestInfo::new(),
    /// })
    /// # }
    /// ```
    pub fn request_info(
        mut self,
        describe: impl Fn(&Extensions) -> RequestInfo<'static> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.0).request_info = Some(Arc::new(describe));
        self
    }
}

impl Settings {
    fn describe<'a, B>(&self, request: &'a Request<B>) -> RequestInfo<'a> {
        let describe = self.request_info.as_ref();
        let info = describe.map_or_else(RequestInfo::new, |describe| describe(request.extensions()));
        match request.headers().get(&FORWARDED_PROTO) {
            Some(proto) => info.forwarded_proto(proto.as_bytes()),
            None => info,
        }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> SessionService<S> {
        SessionService {
            inner,
            layer: self.clone(),
        }
    }
}

impl fmt::Debug for SessionLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionLayer")
            .field("manager", &self.0.manager)
            .finish_non_exhaustive()
    }
}

/// The service that [`SessionLayer`] makes of another one.
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    inner: S,
    layer: SessionLayer,
}

impl<S, B, R> Service<Request<B>> for SessionService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let Settings { manager, header, .. } = &*self.layer.0;
        let values = request.headers().get_all(header).iter().map(HeaderValue::as_bytes);
        let session = if manager.needs_request_info() {
            manager.open(values, &self.layer.0.describe(&request))
        } else {
            manager.open(values, &RequestInfo::new())
        };
        request.extensions_mut().insert(session.clone());
        ResponseFuture::new(self.inner.call(request), manager.clone(), session)
    }
}
