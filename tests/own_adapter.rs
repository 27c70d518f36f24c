//! The adapter of `examples/own_adapter` keeps the promises to a browser.

#![expect(clippy::unwrap_used, reason = "these are tests")]

#[path = "../examples/own_adapter/adapter.rs"]
mod adapter;

use std::convert::Infallible;
use std::net::SocketAddr;

use futures_util::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use session_kit::{Error, Session, SessionManager};

type Body = UnsyncBoxBody<Bytes, Infallible>;

struct HyperAdapter;

impl Adapter for HyperAdapter {
    async fn serve(&self, site: Site) {
        let listener = tokio::net::TcpListener::from_std(site.listener).unwrap();
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let (manager, probe) = (site.manager.clone(), site.probe.clone());
            let service = service_fn(move |request| answer(manager.clone(), peer, request, probe.clone()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }
}

async fn answer(
    manager: Option<SessionManager>,
    peer: SocketAddr,
    request: Request<Incoming>,
    probe: Probe,
) -> Result<Response<Body>, Error> {
    let handler = |request| page(request, probe);
    match manager {
        Some(manager) => Ok(adapter::with_session(&manager, peer.ip(), request, handler).await),
        None => handler(request).await,
    }
}

async fn page(request: Request<Incoming>, probe: Probe) -> Result<Response<Body>, Error> {
    let Some(session) = request.extensions().get::<Session>() else {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return Ok(response);
    };
    let answer = probe.answer(request.uri().path(), session.clone()).await?;
    Ok(response(answer))
}

fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let pieces = answer.body.map_ok(|piece| Frame::data(Bytes::from(piece)));
    response.body(StreamBody::new(pieces).boxed_unsync()).unwrap()
}

session_conformance::adapter_contract!(HyperAdapter);
