//! Listening and stopping.

use std::net::SocketAddr;

use actix_web::HttpServer;
use session_kit::SessionManager;
use shop::{PATIENCE, StartError};

use crate::app::app;

#[expect(clippy::print_stdout, reason = "scripts read the address there")]
pub(crate) async fn serve(address: SocketAddr, sessions: SessionManager) -> Result<(), StartError> {
    let listening = HttpServer::new(move || app(sessions.clone()))
        .disable_signals()
        .shutdown_timeout(PATIENCE.as_secs())
        .bind(address)
        .map_err(|source| StartError::Listen { address, source })?;
    for address in listening.addrs() {
        println!("listening on http://{address}");
    }
    shop::until_stopped(|asked| {
        let server = listening.run();
        let handle = server.handle();
        tokio::spawn(async move {
            asked.await;
            handle.stop(true).await;
        });
        server
    })
    .await
}
