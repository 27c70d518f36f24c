//! Serves an example on a free port of this machine, until the tests end.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use axum::Router;
use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::{Build, Rocket};

pub(crate) fn start<Serving: Future>(serve: impl FnOnce(TcpListener) -> Serving + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.unwrap().block_on(async move { drop(serve(listener).await) });
    });
    address
}

pub(crate) fn start_axum(app: Router) -> SocketAddr {
    start(|listener| async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, app).await
    })
}

/// Rocket will only bind for itself. It is deaf to signals: they are for the test runner.
pub(crate) fn start_rocket(app: Rocket<Build>) -> SocketAddr {
    let (hand_over, handed) = std::sync::mpsc::channel();
    let config = rocket::Config {
        port: 0,
        log_level: LogLevel::Off,
        shutdown: Shutdown {
            ctrlc: false,
            signals: HashSet::new(),
            ..Shutdown::default()
        },
        ..rocket::Config::default()
    };
    let app = app
        .configure(config)
        .attach(AdHoc::on_liftoff("Address", move |rocket| {
            let config = rocket.config();
            hand_over.send(SocketAddr::new(config.address, config.port)).unwrap();
            Box::pin(async {})
        }));
    start(|_| app.launch());
    handed.recv().unwrap()
}
