//! How often a request allocates because it has a session: counted exactly, added to the same request on bare axum.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{Request, Response};
use axum::routing::get;
use session_axum::{Session, SessionError, SessionLayer};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;
use tower::ServiceExt;

async fn untouched() -> &'static str {
    "ok"
}

async fn read(session: Session) -> Result<&'static str, SessionError> {
    let count: Option<u64> = session.get("count").await?;
    assert_eq!(count, Some(7));
    Ok("ok")
}

/// Writes something else each time, for a value that is the same is not written.
async fn read_and_write(session: Session) -> Result<&'static str, SessionError> {
    static WRITTEN: AtomicU64 = AtomicU64::new(1_000_000);
    let count: Option<u64> = session.get("count").await?;
    assert_eq!(count, Some(7));
    session.insert("other", &WRITTEN.fetch_add(1, Ordering::Relaxed))?;
    Ok("ok")
}

async fn create(session: Session) -> Result<&'static str, SessionError> {
    session.insert("count", &7_u64)?;
    Ok("ok")
}

async fn fill(session: Session) -> Result<&'static str, SessionError> {
    for number in 0..49 {
        session.insert(format!("value {number}").as_str(), &"x".repeat(140))?;
    }
    session.insert("count", &7_u64)?;
    Ok("ok")
}

struct Server {
    runtime: tokio::runtime::Runtime,
    app: Router,
    bare: Router,
}

impl Server {
    fn new() -> Self {
        let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
        let app = Router::new()
            .route("/untouched", get(untouched))
            .route("/read", get(read))
            .route("/write", get(read_and_write))
            .route("/create", get(create))
            .route("/fill", get(fill))
            .layer(SessionLayer::new(manager));
        let bare = Router::new().route("/untouched", get(untouched));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self { runtime, app, bare }
    }

    fn send(&self, app: &Router, path: &str, cookie: Option<&str>) -> (Response<Body>, u64) {
        let request = Request::builder().uri(path);
        let request = cookie
            .into_iter()
            .fold(request, |request, cookie| request.header(COOKIE, cookie));
        let request = request.body(Body::empty()).unwrap();
        let app = app.clone();
        let mut response = None;
        let counted = allocation_counter::measure(|| {
            response = Some(self.runtime.block_on(app.oneshot(request)).unwrap());
        });
        (response.unwrap(), counted.count_total)
    }

    fn cookie_from(&self, path: &str) -> String {
        let (response, _) = self.send(&self.app, path, None);
        let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// What a request adds to one on bare axum, after the first few have warmed everything up. The median, for now and then a
    /// new session makes one of the store's tables grow.
    fn added(&self, path: &str, cookie: Option<&str>) -> u64 {
        let median = |app: &Router, path: &str| {
            let mut counts: Vec<_> = (0..41)
                .map(|_| {
                    let (response, count) = self.send(app, path, cookie);
                    assert_eq!(response.status(), 200, "{path}");
                    count
                })
                .skip(10)
                .collect();
            counts.sort_unstable();
            counts[counts.len() / 2]
        };
        median(&self.app, path) - median(&self.bare, "/untouched")
    }
}

#[test]
fn a_request_allocates_no_more_than_it_may() {
    let server = Server::new();
    // So many sessions that tables seldom grow.
    for _ in 0..20_000 {
        server.send(&server.app, "/create", None);
    }
    let few = server.cookie_from("/create");
    let many = server.cookie_from("/fill");
    let rows = [
        ("no cookie, untouched", server.added("/untouched", None), 6),
        ("cookie, untouched", server.added("/untouched", Some(&few)), 6),
        ("one of few values read", server.added("/read", Some(&few)), 10),
        ("one of 50 values read", server.added("/read", Some(&many)), 10),
        ("read and written", server.added("/write", Some(&few)), 16),
        ("new session", server.added("/create", None), 16),
    ];
    let lines = rows
        .iter()
        .map(|(case, added, may)| format!("{case}: {added} of {may} allocations added\n"));
    let table: String = lines.collect();
    println!("{table}");
    assert!(rows.iter().all(|(_, added, may)| added <= may), "\n{table}");
}
