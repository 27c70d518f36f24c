//! Keeps a cart under a typed key, and loses no item however many requests overlap.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::{Router, routing::get, routing::post};
use serde::{Deserialize, Serialize};
use session_kit::axum::{Session, SessionError, SessionLayer};
use session_kit::{CookieSettings, Key, SessionManager, SigningKeys, store::MemoryStore};

const CART: Key<Cart> = Key::new("cart");

#[derive(Default, Deserialize, Serialize)]
struct Cart {
    items: BTreeMap<String, u32>,
}

impl Cart {
    fn add(&mut self, item: &str) -> u32 {
        let quantity = self.items.entry(item.to_owned()).or_default();
        *quantity += 1;
        *quantity
    }
}

async fn show(session: Session) -> Result<String, SessionError> {
    let cart = session.get(CART).await?.unwrap_or_default();
    let lines = cart.items.iter().map(|(item, quantity)| format!("{quantity} {item}\n"));
    Ok(lines.collect())
}

async fn add(session: Session, Path(item): Path<String>) -> Result<String, SessionError> {
    // Where another request has changed the cart in between, this runs again on what that one left.
    let quantity = session.update(CART, {
        let item = item.clone();
        move |cart| cart.add(&item)
    });
    Ok(format!("{} {item}\n", quantity.await?))
}

pub(crate) fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let manager = SessionManager::builder(MemoryStore::new(), SigningKeys::generate()?)
        .cookie(CookieSettings::new().insecure_for_local_http())
        .build()?;
    let app = Router::new().route("/cart", get(show)).route("/cart/{item}", post(add));
    Ok(app.layer(SessionLayer::new(manager)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
