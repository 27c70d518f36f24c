//! The middleware and the service that it makes.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{COOKIE, HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage, HttpRequest};
use session_core::{RequestInfo, SessionManager};

use crate::future::ResponseFuture;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Gives each request a session, and commits it before the response head goes out. Wraps an application, a scope or a
/// resource; every worker has a clone of it, and all of them the same sessions.
///
/// A middleware that is to see the session is wrapped before this one. With one of these inside another, under different
/// cookie names, handlers get the inner one's session; under one name the outer one's is not used.
///
/// ```
/// use actix_web::{App, HttpServer, web};
/// use session_actix::{Session, SessionError, SessionMiddleware};
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
/// let sessions = SessionMiddleware::new(manager);
/// let server = HttpServer::new(move || App::new().route("/", web::get().to(count)).wrap(sessions.clone()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SessionMiddleware(Arc<Settings>);

/// Behind one pointer, for every worker has a clone.
#[derive(Clone)]
struct Settings {
    manager: SessionManager,
    /// The request header that has the id.
    header: HeaderName,
    request_info: Option<Arc<DescribeRequest>>,
}

type DescribeRequest = dyn Fn(&HttpRequest) -> RequestInfo<'static> + Send + Sync;

impl SessionMiddleware {
    /// A middleware for the sessions of this manager.
    pub fn new(manager: SessionManager) -> Self {
        Self(Arc::new(Settings {
            header: HeaderName::try_from(manager.request_header()).unwrap_or(COOKIE),
            manager,
            request_info: None,
        }))
    }

    /// Says what is known of a request's connection: for cookies that are Secure as the request is
    /// ([`CookieSettings::secure_as_the_request`](session_core::CookieSettings::secure_as_the_request)). Default: the
    /// peer's address and whether it came by TLS, as actix-web knows them.
    ///
    /// Headers are no part of it: `connection_info` of actix-web believes what anybody sends, and `X-Forwarded-Proto` is
    /// looked at here, with the trusted proxies in mind.
    ///
    /// ```
    /// # use session_actix::SessionMiddleware;
    /// # use session_core::RequestInfo;
    /// # fn behind_a_proxy_on_a_unix_socket(middleware: SessionMiddleware) -> SessionMiddleware {
    /// middleware.request_info(|_request| RequestInfo::new().peer([127, 0, 0, 1].into()))
    /// # }
    /// ```
    pub fn request_info(
        mut self,
        describe: impl Fn(&HttpRequest) -> RequestInfo<'static> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.0).request_info = Some(Arc::new(describe));
        self
    }
}

impl Settings {
    fn describe<'a>(&self, request: &'a HttpRequest) -> RequestInfo<'a> {
        let describe = self.request_info.as_ref();
        let info = describe.map_or_else(|| connection_of(request), |describe| describe(request));
        match request.headers().get(&FORWARDED_PROTO) {
            Some(proto) => info.forwarded_proto(proto.as_bytes()),
            None => info,
        }
    }
}

fn connection_of(request: &HttpRequest) -> RequestInfo<'static> {
    let info = match request.peer_addr() {
        Some(address) => RequestInfo::new().peer(address.ip()),
        None => RequestInfo::new(),
    };
    if request.app_config().secure() {
        info.over_tls()
    } else {
        info
    }
}

impl<S, B> Transform<S, ServiceRequest> for SessionMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = SessionService<S>;
    type InitError = ();
    type Future = Ready<Result<SessionService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SessionService {
            inner,
            middleware: self.clone(),
        }))
    }
}

impl fmt::Debug for SessionMiddleware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionMiddleware")
            .field("manager", &self.0.manager)
            .finish_non_exhaustive()
    }
}

/// The service that [`SessionMiddleware`] makes of another one.
#[derive(Debug)]
pub struct SessionService<S> {
    inner: S,
    middleware: SessionMiddleware,
}

impl<S, B> Service<ServiceRequest> for SessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future, B>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let Settings { manager, header, .. } = &*self.middleware.0;
        let values = request.headers().get_all(header).map(HeaderValue::as_bytes);
        let session = if manager.needs_request_info() {
            manager.open(values, &self.middleware.0.describe(request.request()))
        } else {
            manager.open(values, &RequestInfo::new())
        };
        request.extensions_mut().insert(session.clone());
        ResponseFuture::new(self.inner.call(request), manager.clone(), session)
    }
}
