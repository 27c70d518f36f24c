//! An application on actix-web.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::rt::System;
use actix_web::{App, Error, HttpServer, web};
use session_actix::SessionMiddleware;

use crate::Middleware;

/// Others have their turns before a connection is used again.
const PATIENCE: Duration = Duration::from_secs(3600);

pub(crate) fn serve(middleware: Middleware) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(|| System::new().block_on(run(listener, middleware)));
    address
}

async fn run(listener: TcpListener, middleware: Middleware) {
    let route = || web::get().to(async || "ok");
    match middleware {
        Middleware::Nothing => {
            let server = HttpServer::new(move || App::new().route("/", route()));
            server
                .workers(1)
                .keep_alive(PATIENCE)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run()
                .await
        }
        Middleware::Empty => {
            let server = HttpServer::new(move || App::new().route("/", route()).wrap(from_fn(pass_on)));
            server
                .workers(1)
                .keep_alive(PATIENCE)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run()
                .await
        }
        Middleware::Sessions(manager) => {
            let sessions = SessionMiddleware::new(manager);
            let server = HttpServer::new(move || App::new().route("/", route()).wrap(sessions.clone()));
            server
                .workers(1)
                .keep_alive(PATIENCE)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run()
                .await
        }
    }
    .unwrap();
}

async fn pass_on(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    next.call(request).await
}
