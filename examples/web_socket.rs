//! Counts a WebSocket's messages in the session, on actix-web, and hangs up when the session has ended.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::web::{self, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use actix_ws::{CloseCode, Message, MessageStream};
use session_kit::actix::{Session, SessionError, SessionMiddleware};
use session_kit::{CookieSettings, Error, SessionManager, SigningKeys, store::MemoryStore};

/// The session begins with the handshake, for no cookie can follow its response.
async fn socket(session: Session, request: HttpRequest, payload: Payload) -> actix_web::Result<HttpResponse> {
    let stored = session.update("messages", |_: &mut u64| ()).await;
    stored.map_err(SessionError)?;
    let (response, socket, messages) = actix_ws::handle(&request, payload)?;
    actix_web::rt::spawn(talk(session.into_inner(), socket, messages));
    Ok(response)
}

async fn talk(session: session_kit::Session, mut socket: actix_ws::Session, mut messages: MessageStream) {
    while let Some(Ok(Message::Text(_))) = messages.recv().await {
        let count = session.update_now("messages", |count: &mut u64| {
            *count += 1;
            *count
        });
        let sent = match count.await {
            Ok(count) => socket.text(format!("message {count}")).await,
            Err(Error::Gone) => return drop(socket.close(Some(CloseCode::Policy.into())).await),
            Err(_) => socket.text("not counted, try again").await,
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn leave(session: Session) -> &'static str {
    session.destroy();
    "goodbye\n"
}

pub(crate) fn serve(listener: TcpListener) -> Result<Server, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let sessions = SessionMiddleware::new(manager);
    let app = move || {
        let app = App::new().route("/socket", web::get().to(socket));
        app.route("/leave", web::post().to(leave)).wrap(sessions.clone())
    };
    Ok(HttpServer::new(app).listen(listener)?.run())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(serve(TcpListener::bind("127.0.0.1:3000")?)?.await?)
}
