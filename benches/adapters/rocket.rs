//! An application on Rocket.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use rocket::config::LogLevel;
use rocket::fairing::{AdHoc, Fairing, Info, Kind};
use rocket::{Config, Data, Request, Response, get, routes};
use session_rocket::SessionFairing;
use tokio::runtime::Builder;

use crate::Middleware;

/// In seconds. Others have their turns before a connection is used again.
const PATIENCE: u32 = 3600;

#[get("/")]
async fn page() -> &'static str {
    "ok"
}

struct Empty;

#[rocket::async_trait]
impl Fairing for Empty {
    fn info(&self) -> Info {
        Info {
            name: "Empty",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_request(&self, _request: &mut Request<'_>, _data: &mut Data<'_>) {}

    async fn on_response<'r>(&self, _request: &'r Request<'_>, _response: &mut Response<'r>) {}
}

pub(crate) fn serve(middleware: Middleware) -> SocketAddr {
    let config = Config {
        port: 0,
        keep_alive: PATIENCE,
        log_level: LogLevel::Off,
        ..Config::default()
    };
    let rocket = rocket::custom(config).mount("/", routes![page]);
    let rocket = match middleware {
        Middleware::Nothing => rocket,
        Middleware::Empty => rocket.attach(Empty),
        Middleware::Sessions(manager) => rocket.attach(SessionFairing::new(manager)),
    };
    let (bound, address) = mpsc::channel();
    let rocket = rocket.attach(AdHoc::on_liftoff("Address", move |rocket| {
        let config = rocket.config();
        bound.send(SocketAddr::new(config.address, config.port)).unwrap();
        Box::pin(async {})
    }));
    thread::spawn(|| {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(runtime.spawn(rocket.launch())).unwrap().unwrap();
    });
    address.recv().unwrap()
}
