//! The promises to a browser, kept under warp.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod visit;

use other_frameworks::warp::{SessionError, serve, session, session_layer};
use session_conformance::adapter::{Adapter, Answer, Probe, Site};
use session_kit::Session;
use tokio::net::TcpListener;
use tower_layer::Layer;
use warp::http::{HeaderName, StatusCode};
use warp::reject::{self, Reject, Rejection};
use warp::reply::{Reply, Response};
use warp::{Filter, path};

struct WarpAdapter;

impl Adapter for WarpAdapter {
    async fn serve(&self, site: Site) {
        let probe = site.probe;
        let pages = path::param().and(session());
        let pages = pages.then(move |page, session| answer(probe.clone(), page, session));
        let listener = TcpListener::from_std(site.listener).unwrap();
        let served = match site.manager {
            Some(manager) => serve(listener, session_layer(manager).layer(warp::service(pages))).await,
            None => serve(listener, warp::service(pages)).await,
        };
        served.unwrap();
    }
}

async fn answer(probe: Probe, page: String, session: Session) -> Result<Response, SessionError> {
    let answer = probe.answer(&page, session).await?;
    Ok(response(answer))
}

fn response(answer: Answer) -> Response {
    let mut response = warp::reply::stream(answer.body).into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .append(HeaderName::from_static(name), value.parse().unwrap());
    }
    response
}

session_conformance::adapter_contract!(WarpAdapter);

/// What the test's filters are rejected with.
#[derive(Debug)]
enum Rejected {
    Recovered,
    Unexpected,
}

impl Reject for Rejected {}

#[tokio::test]
async fn a_rejection_counts_by_the_status_made_of_it() {
    async fn page(page: String, session: Session) -> Result<String, Rejection> {
        let visits = visit::count(&session).await;
        match page.as_str() {
            "400" => Err(reject::custom(Rejected::Recovered)),
            "500" => Err(reject::custom(Rejected::Unexpected)),
            _ => Ok(visits.to_string()),
        }
    }
    async fn recover(rejection: Rejection) -> Result<StatusCode, Rejection> {
        match rejection.find() {
            Some(Rejected::Recovered) => Ok(StatusCode::BAD_REQUEST),
            Some(Rejected::Unexpected) | None => Err(rejection),
        }
    }
    let (listener, address) = visit::listener();
    let pages = path::param().and(session()).and_then(page).recover(recover);
    let service = session_layer(visit::manager()).layer(warp::service(pages));
    tokio::spawn(serve(TcpListener::from_std(listener).unwrap(), service));
    visit::assert_that_an_error_counts_by_its_status(address).await;
}
