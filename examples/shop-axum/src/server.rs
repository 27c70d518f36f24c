//! Listening and stopping.

use std::future::IntoFuture;
use std::net::SocketAddr;

use session_kit::SessionManager;
use shop::StartError;
use tokio::net::TcpListener;

use crate::app::app;

#[expect(clippy::print_stdout, reason = "scripts read the address there")]
pub(crate) async fn serve(address: SocketAddr, sessions: SessionManager) -> Result<(), StartError> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })?;
    println!("listening on http://{}", listener.local_addr()?);
    shop::until_stopped(|asked| {
        axum::serve(listener, app(sessions))
            .with_graceful_shutdown(asked)
            .into_future()
    })
    .await
}
