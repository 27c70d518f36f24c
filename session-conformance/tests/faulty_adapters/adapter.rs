//! An adapter by hand, in the plainest way, with a place for each fault.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Extension, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use session_conformance::adapter::{Adapter, Probe, Site, pass_on};
use session_core::{Session, SessionManager, Store};

use super::fault::{Fault, StoreFault};
use super::request::{describe, values};
use super::response::{add, refuse};
use super::store::FaultyStore;

/// An adapter with one fault, or none.
pub(crate) struct Faulty(pub(crate) Option<Fault>);

/// An adapter without a fault, over a store with one.
pub(crate) struct OverFaulty(pub(crate) StoreFault);

impl Adapter for OverFaulty {
    async fn serve(&self, site: Site) {
        Faulty(None).serve(site).await;
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(FaultyStore::new(self.0))
    }
}

/// An adapter without a fault, on a port of its own.
pub(crate) struct PassedOn;

impl Adapter for PassedOn {
    async fn serve(&self, mut site: Site) {
        let own = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        own.set_nonblocking(true).unwrap();
        let address = own.local_addr().unwrap();
        let visitors = pass_on(std::mem::replace(&mut site.listener, own), address);
        tokio::join!(Faulty(None).serve(site), visitors);
    }
}

/// What the middleware knows.
#[derive(Clone)]
struct Sessions {
    fault: Option<Fault>,
    manager: SessionManager,
    /// The first cookies of each connection.
    connections: Arc<Mutex<HashMap<SocketAddr, Vec<Vec<u8>>>>>,
}

impl Adapter for Faulty {
    async fn serve(&self, site: Site) {
        let mut app = Router::new()
            .route("/{page}", get(handler))
            .layer(Extension(self.0))
            .with_state(site.probe);
        if let Some(manager) = site.manager {
            let sessions = Sessions {
                fault: self.0,
                manager,
                connections: Arc::default(),
            };
            app = app.layer(from_fn_with_state(sessions, middleware));
        }
        let listener = tokio::net::TcpListener::from_std(site.listener).unwrap();
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, app).await.unwrap();
    }

    fn hands_on_any_bytes(&self) -> bool {
        !matches!(
            self.0,
            Some(Fault::SaysThatItDropsBytes | Fault::DropsLettersWithBytes | Fault::DropsAllWithOne)
        )
    }
}

async fn handler(
    State(probe): State<Probe>,
    Extension(fault): Extension<Option<Fault>>,
    Path(page): Path<String>,
    session: Option<Extension<Session>>,
) -> Response {
    let session = match session {
        Some(Extension(session)) => session,
        None if fault == Some(Fault::PanicsWithoutTheMiddleware) => panic!("as the fault wants it"),
        None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    match probe.answer(&page, session).await {
        Ok(answer) => {
            let mut response = Response::builder().status(answer.status);
            for (name, value) in answer.headers {
                response = response.header(name, value);
            }
            response.body(Body::from_stream(answer.body)).unwrap()
        }
        Err(_) if fault == Some(Fault::TakesErrorsForNoSession) => "none".into_response(),
        Err(error) => refuse(&error, fault),
    }
}

async fn middleware(State(sessions): State<Sessions>, mut request: Request, next: Next) -> Response {
    let Sessions {
        fault,
        manager,
        connections,
    } = sessions;
    let is = |planted| fault == Some(planted);
    let mut came = values(&request, manager.request_header(), fault);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    if let Some(peer) = peer.filter(|_| is(Fault::RemembersConnections)) {
        came = connections.lock().unwrap().entry(peer).or_insert(came).clone();
    }
    let info = describe(&request, peer, fault);
    let session = manager.open(came.iter().map(Vec::as_slice), &info);
    let handed = match is(Fault::OpensTwice) {
        true => manager.open(came.iter().map(Vec::as_slice), &info),
        false => session.clone(),
    };
    if is(Fault::LoadsUntouched) {
        session.is_new().await.ok();
    }
    if is(Fault::SavesEverybody) {
        session.insert("seen", &true).unwrap();
    }
    request.extensions_mut().insert(handed);
    let mut cancelled = CommitOnDrop(is(Fault::CommitsTheCancelled).then(|| (manager.clone(), session.clone())));
    let response = match is(Fault::CommitsPanics) {
        true => tokio::spawn(next.run(request))
            .await
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        false => next.run(request).await,
    };
    cancelled.0 = None;
    commit(&manager, session, response, &came, fault).await
}

async fn commit(
    manager: &SessionManager,
    session: Session,
    response: Response,
    came: &[Vec<u8>],
    fault: Option<Fault>,
) -> Response {
    let is = |planted| fault == Some(planted);
    let status = response.status().as_u16();
    if is(Fault::CommitsAfterTheHead) || is(Fault::CommitsAfterTheBody) {
        let pause = std::time::Duration::from_millis(if is(Fault::CommitsAfterTheBody) { 50 } else { 0 });
        let commit = manager.commit(session, status);
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            drop(commit.await);
        });
        return response;
    }
    if is(Fault::SkipsServerErrors) && status >= 500 {
        return response;
    }
    let told = match status {
        500.. if is(Fault::CommitsServerErrors) || is(Fault::CommitsPanics) => 200,
        400.. if is(Fault::DropsClientErrors) => 500,
        status => status,
    };
    let committed = manager.commit(session, told).await;
    let mut response = match &committed.result {
        Ok(()) => response,
        Err(_) if is(Fault::IgnoresCommitErrors) => response,
        Err(error) if is(Fault::KeepsTheBodyOfAFailedCommit) => {
            let refused = refuse(error, fault);
            let mut response = response;
            *response.status_mut() = refused.status();
            response.headers_mut().extend(refused.headers().clone());
            response
        }
        Err(error) => refuse(error, fault),
    };
    let has_failed = committed.result.is_err();
    add(&committed.headers, &mut response, came, has_failed, fault);
    response
}

/// Commits where the request's future is dropped before its end.
struct CommitOnDrop(Option<(SessionManager, Session)>);

impl Drop for CommitOnDrop {
    fn drop(&mut self) {
        if let Some((manager, session)) = self.0.take() {
            tokio::spawn(async move { drop(manager.commit(session, 200).await) });
        }
    }
}
