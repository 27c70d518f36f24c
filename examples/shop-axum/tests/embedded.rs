//! A page within the pages of other sites, in a browser that keeps no cookies of other sites.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is not there fails the test"
)]

#[path = "../../shop/tests/suite/chromium/profile.rs"]
#[expect(dead_code, reason = "other tests do more with it")]
mod profile;

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use fantoccini::Locator;
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::store::MemoryStore;
use session_kit::{CookieSettings, SameSite, SessionManager, SigningKeys};
use tokio::net::TcpListener;

use profile::Profile;

/// Cookies of other sites are kept only where they are partitioned.
const STRICT: &str = "--test-third-party-cookie-phaseout";

async fn count(session: Session) -> Result<String, SessionError> {
    let visits = session.update("visits", |visits: &mut u64| {
        *visits += 1;
        *visits
    });
    Ok(format!("visit {}", visits.await?))
}

async fn serve(host: Ipv4Addr, app: Router) -> SocketAddr {
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

/// A page that counts, on `localhost`.
async fn counter(cookie: CookieSettings) -> u16 {
    let keys = SigningKeys::generate().unwrap();
    let manager = SessionManager::builder(MemoryStore::new(), keys)
        .cookie(cookie)
        .build()
        .unwrap();
    let app = Router::new().route("/", get(count)).layer(SessionLayer::new(manager));
    serve(Ipv4Addr::LOCALHOST, app).await.port()
}

/// A site of its own that shows what is at this port of `localhost`.
async fn embedder(host: Ipv4Addr, port: u16) -> String {
    let page = format!("<!doctype html><title>Another site</title><iframe src='http://localhost:{port}/'></iframe>");
    let app = Router::new().route("/", get(async move || Html(page)));
    format!("http://{}/", serve(host, app).await)
}

async fn shown_within(profile: &Profile, embedder: &str) -> String {
    profile.client.goto(embedder).await.unwrap();
    profile.client.enter_frame(0).await.unwrap();
    let body = profile.client.find(Locator::Css("body")).await.unwrap();
    body.text().await.unwrap()
}

#[tokio::test]
async fn a_partitioned_session_is_one_for_each_site_that_embeds_it() {
    let port = counter(CookieSettings::new().same_site(SameSite::None).partitioned()).await;
    let blog = embedder(Ipv4Addr::LOCALHOST, port).await;
    let forum = embedder(Ipv4Addr::new(127, 0, 0, 2), port).await;
    let visitor = Profile::with_arguments(port, &[STRICT]).await;
    for (place, visits) in [(&blog, 1), (&blog, 2), (&forum, 1), (&blog, 3), (&forum, 2)] {
        assert_eq!(
            shown_within(&visitor, place).await,
            format!("visit {visits}"),
            "{place}"
        );
    }
    visitor.goto("/").await;
    visitor.shows("visit 1").await;
    visitor.close().await;
}

/// So the attribute is what it is owed to.
#[tokio::test]
async fn a_session_that_is_not_partitioned_is_kept_from_other_sites() {
    let port = counter(CookieSettings::new().same_site(SameSite::None)).await;
    let blog = embedder(Ipv4Addr::LOCALHOST, port).await;
    let visitor = Profile::with_arguments(port, &[STRICT]).await;
    for _ in 0..2 {
        assert_eq!(shown_within(&visitor, &blog).await, "visit 1");
    }
    visitor.close().await;
}
