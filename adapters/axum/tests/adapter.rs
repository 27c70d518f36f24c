//! The promises to a browser, kept by this adapter.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::Response;
use axum::routing::get;
use session_axum::{Session, SessionError, SessionLayer};
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use session_core::RequestInfo;

struct AxumAdapter;

impl Adapter for AxumAdapter {
    async fn serve(&self, site: Site) {
        let mut app = Router::new().route("/{page}", get(handler)).with_state(site.probe);
        if let Some(manager) = site.manager {
            app = app.layer(SessionLayer::new(manager).request_info(|extensions| {
                let peer = extensions.get::<ConnectInfo<SocketAddr>>();
                peer.map_or_else(RequestInfo::new, |peer| RequestInfo::new().peer(peer.0.ip()))
            }));
        }
        let listener = tokio::net::TcpListener::from_std(site.listener).unwrap();
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, app).await.unwrap();
    }
}

async fn handler(
    State(probe): State<Probe>,
    Path(page): Path<String>,
    session: Session,
) -> Result<Response, SessionError> {
    let answer = probe.answer(&page, session.into_inner()).await?;
    Ok(response(answer))
}

fn response(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from_stream(answer.body)).unwrap()
}

session_conformance::adapter_contract!(AxumAdapter);
