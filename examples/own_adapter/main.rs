//! An adapter of one's own, for plain hyper: the program that uses it.

pub(crate) mod adapter;

use std::convert::Infallible;

use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use session_kit::{CookieSettings, Error, Session, SessionManager, SigningKeys, store::MemoryStore};
use tokio::net::TcpListener;

type Body = http_body_util::Full<Bytes>;

async fn count(request: Request<Incoming>) -> Result<Response<Body>, Error> {
    let Some(session) = request.extensions().get::<Session>() else {
        return Ok(Response::new("no session".into()));
    };
    let visits = session.update("visits", |visits: &mut u64| {
        *visits += 1;
        *visits
    });
    Ok(Response::new(format!("visit {}\n", visits.await?).into()))
}

pub(crate) async fn serve(listener: TcpListener) -> Result<(), Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let manager = manager.clone();
        let service = service_fn(move |request| {
            let manager = manager.clone();
            async move { Ok::<_, Infallible>(adapter::with_session(&manager, peer.ip(), request, count).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve(TcpListener::bind("127.0.0.1:3000").await?).await
}
