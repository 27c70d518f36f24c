//! Listening and stopping.

use std::io;
use std::net::SocketAddr;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::{Config, Error, Orbit, Rocket};
use session_kit::SessionManager;
use shop::{PATIENCE, StartError};

use crate::app::app;

pub(crate) async fn serve(address: SocketAddr, sessions: SessionManager) -> Result<(), StartError> {
    let listening = AdHoc::on_liftoff("Address", |rocket| Box::pin(async move { tell_address(rocket) }));
    let rocket = app(&config(address), sessions).attach(listening);
    shop::until_stopped(|asked| async move {
        let explain = |error: Error| failure(address, &error);
        let rocket = rocket.ignite().await.map_err(explain)?;
        let shutdown = rocket.shutdown();
        tokio::spawn(async move {
            asked.await;
            shutdown.notify();
        });
        rocket.launch().await.map(drop).map_err(explain)
    })
    .await
}

/// Of Rocket.toml and the environment nothing: the shop has options of its own, and a log.
fn config(address: SocketAddr) -> Config {
    Config {
        address: address.ip(),
        port: address.port(),
        ident: Ident::none(),
        log_level: LogLevel::Off,
        cli_colors: false,
        shutdown: Shutdown {
            ctrlc: false,
            #[cfg(unix)]
            signals: std::collections::HashSet::new(),
            grace: u32::try_from(PATIENCE.as_secs()).unwrap_or(u32::MAX),
            ..Shutdown::default()
        },
        ..Config::release_default()
    }
}

#[expect(clippy::print_stdout, reason = "scripts read the address there")]
fn tell_address(rocket: &Rocket<Orbit>) {
    let Config { address, port, .. } = *rocket.config();
    println!("listening on http://{}", SocketAddr::new(address, port));
}

fn failure(address: SocketAddr, error: &Error) -> StartError {
    if let ErrorKind::Bind(cause) = error.kind() {
        // Rocket keeps the error itself.
        let source = io::Error::new(cause.kind(), cause.to_string());
        return StartError::Listen { address, source };
    }
    StartError::Serve(io::Error::other(error.to_string()))
}
