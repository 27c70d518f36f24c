//! The promises to a browser, kept by this adapter.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::convert::Infallible;
use std::future::pending;

use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer};
use futures_util::TryStreamExt;
use session_actix::{Session, SessionError, SessionMiddleware};
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use tokio::sync::oneshot;

struct ActixAdapter;

impl Adapter for ActixAdapter {
    /// In a thread and a system of their own, as actix-web's servers run, until this future is dropped.
    async fn serve(&self, site: Site) {
        let (_stop, stopped) = oneshot::channel();
        std::thread::spawn(|| System::new().block_on(serve(site, stopped)));
        pending().await
    }
}

async fn serve(site: Site, stopped: oneshot::Receiver<Infallible>) {
    let sessions = site.manager.map(SessionMiddleware::new);
    let probe = Data::new(site.probe);
    let app = move || {
        App::new().app_data(probe.clone()).configure(|app| {
            let page = web::resource("/{page}").to(handler);
            match &sessions {
                Some(sessions) => app.service(page.wrap(sessions.clone())),
                None => app.service(page),
            };
        })
    };
    let server = HttpServer::new(app).workers(2).disable_signals();
    tokio::select! {
        ended = server.listen(site.listener).unwrap().run() => ended.unwrap(),
        _ = stopped => {}
    }
}

async fn handler(probe: Data<Probe>, page: Path<String>, session: Session) -> Result<HttpResponse, SessionError> {
    let answer = probe.answer(&page, session.into_inner()).await?;
    Ok(response(answer))
}

fn response(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap());
    for header in answer.headers {
        response.append_header(header);
    }
    response.streaming(answer.body.map_ok(Bytes::from))
}

session_conformance::adapter_contract!(ActixAdapter);
