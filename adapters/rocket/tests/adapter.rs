//! The promises to a browser, kept by this adapter.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::HashSet;
use std::net::SocketAddr;

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::stream::ByteStream;
use rocket::response::{self, Responder};
use rocket::{Config, Request, State, async_trait, get, routes};
use session_conformance::adapter::{Adapter, Answer, Probe, Site, pass_on};
use session_rocket::{MissingFairing, Session, SessionError, SessionFairing};
use tokio::sync::oneshot;

struct RocketAdapter;

impl Adapter for RocketAdapter {
    async fn serve(&self, site: Site) {
        let (bound, address) = oneshot::channel();
        let mut rocket = rocket::custom(config())
            .mount("/", routes![page])
            .manage(site.probe)
            .attach(AdHoc::on_liftoff("Address", |rocket| {
                let config = rocket.config();
                bound.send(SocketAddr::new(config.address, config.port)).unwrap();
                Box::pin(async {})
            }));
        if let Some(manager) = site.manager {
            rocket = rocket.attach(SessionFairing::new(manager));
        }
        let visitors = async { pass_on(site.listener, address.await.unwrap()).await };
        let (rocket, ()) = tokio::join!(rocket.launch(), visitors);
        rocket.unwrap();
    }

    /// Rocket drops a header that is not UTF-8 before any fairing sees it.
    fn hands_on_any_bytes(&self) -> bool {
        false
    }
}

/// On a port that the system chooses, silent, and deaf to signals: they are for the test runner.
fn config() -> Config {
    Config {
        port: 0,
        log_level: LogLevel::Off,
        shutdown: Shutdown {
            ctrlc: false,
            signals: HashSet::new(),
            ..Shutdown::default()
        },
        ..Config::default()
    }
}

#[get("/<page>")]
async fn page(page: &str, session: Unseen, probe: &State<Probe>) -> Result<Page, SessionError> {
    Ok(Page(probe.answer(page, session.0.into_inner()).await?))
}

/// The session, for a Rocket that can't see that it is asked for: it would not launch without the fairing.
struct Unseen(Session);

#[async_trait]
impl<'r> FromRequest<'r> for Unseen {
    type Error = MissingFairing;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, MissingFairing> {
        request.guard().await.map(Self)
    }
}

struct Page(Answer);

impl<'r> Responder<'r, 'r> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let mut body = self.0.body;
        let body = ByteStream! {
            while let Some(piece) = body.next().await {
                yield piece;
            }
        };
        let mut response = body.respond_to(request)?;
        response.set_status(Status::new(self.0.status));
        for (name, value) in self.0.headers {
            response.adjoin_raw_header(name, value);
        }
        Ok(response)
    }
}

session_conformance::adapter_contract!(RocketAdapter);
