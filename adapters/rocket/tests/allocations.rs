//! How often a request allocates because it has a session: counted exactly, added to the same request on bare Rocket.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]
#![expect(clippy::needless_pass_by_value, reason = "guards are passed by value")]

use std::sync::atomic::{AtomicU64, Ordering};

use rocket::config::LogLevel;
use rocket::http::{Cookie, Header, Status};
use rocket::local::asynchronous::Client;
use rocket::{Build, Config, Responder, Rocket, get, routes};
use session_core::{SessionManager, SigningKeys};
use session_rocket::{Session, SessionError, SessionFairing};
use session_store_memory::MemoryStore;

#[get("/untouched")]
fn untouched() -> &'static str {
    "ok"
}

#[get("/read")]
async fn read(session: Session) -> Result<&'static str, SessionError> {
    let count: Option<u64> = session.get("count").await?;
    assert_eq!(count, Some(7));
    Ok("ok")
}

/// Writes something else each time, for a value that is the same is not written.
#[get("/write")]
async fn read_and_write(session: Session) -> Result<&'static str, SessionError> {
    static WRITTEN: AtomicU64 = AtomicU64::new(1_000_000);
    let count: Option<u64> = session.get("count").await?;
    assert_eq!(count, Some(7));
    session.insert("other", &WRITTEN.fetch_add(1, Ordering::Relaxed))?;
    Ok("ok")
}

#[get("/create")]
fn create(session: Session) -> Result<&'static str, SessionError> {
    session.insert("count", &7_u64)?;
    Ok("ok")
}

#[get("/fill")]
fn fill(session: Session) -> Result<&'static str, SessionError> {
    for number in 0..49 {
        session.insert(format!("value {number}").as_str(), &"x".repeat(140))?;
    }
    session.insert("count", &7_u64)?;
    Ok("ok")
}

/// What a cookie that is set looks like.
const SET_COOKIE: &str = "name=value; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure";

#[derive(Responder)]
struct WithHeader(&'static str, Header<'static>);

#[get("/cookie")]
fn sets_a_cookie() -> WithHeader {
    WithHeader("ok", Header::new("Set-Cookie", SET_COOKIE))
}

#[get("/header")]
fn sets_a_header() -> WithHeader {
    WithHeader("ok", Header::new("X-Header", SET_COOKIE))
}

struct Server {
    runtime: tokio::runtime::Runtime,
    app: Client,
    bare: Client,
}

impl Server {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let launch = |rocket: Rocket<Build>| runtime.block_on(Client::untracked(rocket)).unwrap();
        let silent = || {
            rocket::custom(Config {
                log_level: LogLevel::Off,
                ..Config::default()
            })
        };
        let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
        let app = silent()
            .mount("/", routes![untouched, read, read_and_write, create, fill])
            .attach(SessionFairing::new(manager));
        let bare = silent().mount("/", routes![untouched, sets_a_cookie, sets_a_header]);
        let (app, bare) = (launch(app), launch(bare));
        Self { runtime, app, bare }
    }

    /// The status, the cookie that is set, and how often it was allocated. The cookie comes as over HTTP: in a header, and in
    /// Rocket's jar.
    fn send(&self, app: &Client, path: &str, cookie: Option<&str>) -> (Status, Option<String>, u64) {
        let mut request = app.get(path);
        if let Some(cookie) = cookie {
            request.add_header(Header::new("Cookie", cookie.to_owned()));
            request = request.cookie(Cookie::parse(cookie.to_owned()).unwrap());
        }
        let mut response = None;
        let counted = allocation_counter::measure(|| {
            response = Some(self.runtime.block_on(request.dispatch()));
        });
        let response = response.unwrap();
        let cookie = response.headers().get_one("Set-Cookie").map(str::to_owned);
        (response.status(), cookie, counted.count_total)
    }

    fn cookie_from(&self, path: &str) -> String {
        let (_, cookie, _) = self.send(&self.app, path, None);
        cookie.unwrap().split(';').next().unwrap().to_owned()
    }

    /// The median, after the first few have warmed everything up: now and then a new session makes one of the store's tables grow.
    fn median(&self, app: &Client, path: &str, cookie: Option<&str>) -> u64 {
        let mut counts: Vec<_> = (0..41)
            .map(|_| {
                let (status, _, count) = self.send(app, path, cookie);
                assert_eq!(status, Status::Ok, "{path}");
                count
            })
            .skip(10)
            .collect();
        counts.sort_unstable();
        counts[counts.len() / 2]
    }

    /// What a request adds to one on bare Rocket.
    fn added(&self, path: &str, cookie: Option<&str>) -> u64 {
        self.median(&self.app, path, cookie) - self.median(&self.bare, "/untouched", cookie)
    }

    /// The part of the client, which reads every cookie that is set: what a cookie costs more than another header.
    fn read_by_the_client(&self) -> u64 {
        self.median(&self.bare, "/cookie", None) - self.median(&self.bare, "/header", None)
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
        // Each header is an allocation in Rocket, and with ours its map of them grows.
        (
            "new session",
            server.added("/create", None) - server.read_by_the_client(),
            19,
        ),
    ];
    let lines = rows
        .iter()
        .map(|(case, added, may)| format!("{case}: {added} of {may} allocations added\n"));
    let table: String = lines.collect();
    println!("{table}");
    assert!(rows.iter().all(|(_, added, may)| added <= may), "\n{table}");
}
