//! The fairing: it opens a session for each request, and commits it before the response goes out.

use std::fmt;
use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::{Build, Data, Request, Response, Rocket};
use session_core::{RequestInfo, SessionManager};

use crate::headers::{add, refuse, refuse_with};
use crate::opened::Opened;

/// Gives each request a session, and commits it before the response head goes out.
///
/// There is one for each Rocket: with a second one it does not launch. Fairings run in the order in which they are
/// attached: what response fairings before this one record is stored, and those after it see the response that goes out.
///
/// ```
/// use rocket::{get, routes};
/// use session_core::{SessionManager, SigningKeys};
/// use session_rocket::{Session, SessionError, SessionFairing};
/// use session_store_memory::MemoryStore;
///
/// #[get("/")]
/// async fn count(session: Session) -> Result<String, SessionError> {
///     let visits = session.update("visits", |visits: &mut u64| { *visits += 1; *visits }).await?;
///     Ok(format!("visit {visits}"))
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate()?)?;
/// let rocket = rocket::build().mount("/", routes![count]).attach(SessionFairing::new(manager));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SessionFairing(Settings);

/// The rocket has them as managed state, which says that the fairing is attached.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) manager: SessionManager,
    request_info: Option<Arc<DescribeRequest>>,
}

type DescribeRequest = dyn Fn(&Request<'_>) -> RequestInfo<'static> + Send + Sync;

impl SessionFairing {
    /// A fairing for the sessions of this manager.
    pub fn new(manager: SessionManager) -> Self {
        Self(Settings {
            manager,
            request_info: None,
        })
    }

    /// Says what is known of a request's connection: for cookies that are Secure as the request is
    /// ([`CookieSettings::secure_as_the_request`](session_core::CookieSettings::secure_as_the_request)). Default: whether
    /// Rocket itself speaks TLS, and [`Request::remote`], the address at its other end. `client_ip` would be wrong: that is
    /// whatever the client says in `X-Real-IP`.
    ///
    /// ```
    /// # use session_core::RequestInfo;
    /// # use session_rocket::SessionFairing;
    /// # fn behind_a_proxy(fairing: SessionFairing) -> SessionFairing {
    /// // The proxy on this machine speaks HTTPS alone, and does not say so.
    /// fairing.request_info(|request| match request.remote() {
    ///     Some(peer) if peer.ip().is_loopback() => RequestInfo::new().over_tls(),
    ///     _ => RequestInfo::new(),
    /// })
    /// # }
    /// ```
    pub fn request_info(
        mut self,
        describe: impl Fn(&Request<'_>) -> RequestInfo<'static> + Send + Sync + 'static,
    ) -> Self {
        self.0.request_info = Some(Arc::new(describe));
        self
    }
}

impl Settings {
    pub(crate) fn describe<'r>(&self, request: &'r Request<'_>) -> RequestInfo<'r> {
        let describe = self.request_info.as_ref();
        let info = describe.map_or_else(|| connection(request), |describe| describe(request));
        match request.headers().get_one("X-Forwarded-Proto") {
            Some(proto) => info.forwarded_proto(proto.as_bytes()),
            None => info,
        }
    }
}

/// What Rocket knows of it.
fn connection(request: &Request<'_>) -> RequestInfo<'static> {
    let mut info = RequestInfo::new();
    if let Some(peer) = request.remote() {
        info = info.peer(peer.ip());
    }
    if request.rocket().config().tls_enabled() {
        info = info.over_tls();
    }
    info
}

#[rocket::async_trait]
impl Fairing for SessionFairing {
    fn info(&self) -> Info {
        Info {
            name: "Sessions",
            kind: Kind::Ignite | Kind::Request | Kind::Response,
        }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        if rocket.state::<Settings>().is_some() {
            log::error!("two `SessionFairing`s are attached, needs one: the `Session` guard could not tell them apart");
            return Err(rocket);
        }
        Ok(rocket.manage(self.0.clone()))
    }

    /// Opens the session now and not when it is asked for: a sign-in counts from when its request began.
    async fn on_request(&self, request: &mut Request<'_>, _data: &mut Data<'_>) {
        Opened::with(&self.0, request);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let opened = Opened::with(&self.0, request);
        let status = response.status().code;
        let committed = self.0.manager.commit(opened.session.clone(), status).await;
        if let Err(error) = &committed.result {
            *response = refuse(error);
        } else if let Some(error) = opened.refusal.get()
            && error.status() == status
        {
            refuse_with(error, response);
        }
        add(committed.headers, response);
    }
}

impl fmt::Debug for SessionFairing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionFairing")
            .field("manager", &self.0.manager)
            .finish_non_exhaustive()
    }
}
