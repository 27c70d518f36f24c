//! The promises to a browser, kept under poem.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod visit;

use std::io;
use std::net::TcpListener;

use futures_util::TryStreamExt;
use other_frameworks::poem::{Session, SessionError, SessionMiddleware};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::middleware::CatchPanic;
use poem::web::{Data, Path};
use poem::{Body, EndpointExt, IntoEndpoint, Response, Route, Server, get, handler};
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use session_kit::SessionManager;

struct PoemAdapter;

impl Adapter for PoemAdapter {
    async fn serve(&self, site: Site) {
        let pages = Route::new().at("/:page", get(show)).data(site.probe);
        serve(site.listener, site.manager, pages).await;
    }
}

async fn serve(listener: TcpListener, manager: Option<SessionManager>, pages: impl IntoEndpoint<Endpoint: 'static>) {
    let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener).unwrap());
    let served = match manager {
        Some(manager) => server.run(pages.with(SessionMiddleware::new(manager))).await,
        None => server.run(pages).await,
    };
    served.unwrap();
}

#[handler]
async fn show(probe: Data<&Probe>, page: Path<String>, session: Session) -> Result<Response, SessionError> {
    let answer = probe.answer(&page, session.0).await?;
    Ok(response(answer))
}

fn response(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status.try_into().unwrap());
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from_bytes_stream(answer.body.map_err(io::Error::other)))
}

session_conformance::adapter_contract!(PoemAdapter);

#[tokio::test]
async fn an_error_counts_by_its_status() {
    #[handler]
    async fn fails(page: Path<String>, session: Session) -> poem::Result<String> {
        let visits = visit::count(&session).await;
        match page.parse::<StatusCode>() {
            Ok(status) => Err(status.into()),
            Err(_) => Ok(visits.to_string()),
        }
    }
    let (listener, address) = visit::listener();
    let pages = Route::new().at("/:page", get(fails));
    tokio::spawn(serve(listener, Some(visit::manager()), pages));
    visit::assert_that_an_error_counts_by_its_status(address).await;
}

#[tokio::test]
async fn errors_and_panics_that_are_caught_inside_count_by_the_status_made_of_them() {
    #[handler]
    async fn fails(page: Path<String>, session: Session) -> poem::Result<String> {
        let visits = visit::count(&session).await;
        match page.as_str() {
            "400" => Err(StatusCode::INTERNAL_SERVER_ERROR.into()),
            "500" => panic!("as the test wants it"),
            _ => Ok(visits.to_string()),
        }
    }
    let (listener, address) = visit::listener();
    let pages = Route::new().at("/:page", get(fails)).with(CatchPanic::new());
    let pages = pages.catch_all_error(async |_error| StatusCode::BAD_REQUEST);
    tokio::spawn(serve(listener, Some(visit::manager()), pages));
    visit::assert_that_an_error_counts_by_its_status(address).await;
}
