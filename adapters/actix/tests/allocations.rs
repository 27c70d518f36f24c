//! How often a request allocates because it has a session: counted exactly, added to the same request on bare actix-web.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::sync::atomic::{AtomicU64, Ordering};

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{COOKIE, SET_COOKIE};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, web};
use session_actix::{Session, SessionError, SessionMiddleware};
use session_core::{SessionManager, SigningKeys};
use session_store_memory::MemoryStore;

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

fn routes(app: &mut web::ServiceConfig) {
    app.route("/untouched", web::get().to(untouched))
        .route("/read", web::get().to(read))
        .route("/write", web::get().to(read_and_write))
        .route("/create", web::get().to(create))
        .route("/fill", web::get().to(fill));
}

struct Server<App, Bare> {
    runtime: tokio::runtime::Runtime,
    app: App,
    bare: Bare,
}

impl<App, Bare, B, C> Server<App, Bare>
where
    App: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    Bare: Service<Request, Response = ServiceResponse<C>, Error = Error>,
    B: MessageBody,
    C: MessageBody,
{
    fn send<S, D>(&self, app: &S, path: &str, cookie: Option<&str>) -> (ServiceResponse<D>, u64)
    where
        S: Service<Request, Response = ServiceResponse<D>, Error = Error>,
    {
        let mut request = TestRequest::with_uri(path);
        if let Some(cookie) = cookie {
            request = request.insert_header((COOKIE, cookie));
        }
        let request = request.to_request();
        let mut response = None;
        let counted = allocation_counter::measure(|| {
            response = Some(self.runtime.block_on(app.call(request)).unwrap());
        });
        (response.unwrap(), counted.count_total)
    }

    fn cookie_from(&self, path: &str) -> String {
        let (response, _) = self.send(&self.app, path, None);
        let cookie = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// What a request adds to one on bare actix-web, after the first few have warmed everything up. The median, for now and
    /// then a new session makes one of the store's tables grow.
    fn added(&self, path: &str, cookie: Option<&str>) -> u64 {
        self.median(&self.app, path, cookie) - self.median(&self.bare, "/untouched", cookie)
    }

    fn median<S, D>(&self, app: &S, path: &str, cookie: Option<&str>) -> u64
    where
        S: Service<Request, Response = ServiceResponse<D>, Error = Error>,
    {
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
    }
}

#[test]
fn a_request_allocates_no_more_than_it_may() {
    let manager = SessionManager::new(MemoryStore::new(), SigningKeys::generate().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let app = App::new().configure(routes).wrap(SessionMiddleware::new(manager));
    let server = Server {
        app: runtime.block_on(init_service(app)),
        bare: runtime.block_on(init_service(App::new().configure(routes))),
        runtime,
    };
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
