//! An application on axum.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use session_axum::SessionLayer;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::Middleware;

pub(crate) fn serve(middleware: Middleware) -> SocketAddr {
    let app = Router::new().route("/", get(async || "ok"));
    let app = match middleware {
        Middleware::Nothing => app,
        Middleware::Empty => app.layer(from_fn(async |request: Request, next: Next| next.run(request).await)),
        Middleware::Sessions(manager) => app.layer(SessionLayer::new(manager)),
    };
    let (bound, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            bound.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
    });
    address.recv().unwrap()
}
