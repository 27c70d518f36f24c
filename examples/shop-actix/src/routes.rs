//! The handlers, one page a file.

pub(crate) mod account;
pub(crate) mod assets;
pub(crate) mod cart;
pub(crate) mod devices;
pub(crate) mod health;
pub(crate) mod login;
pub(crate) mod products;

use session_kit::actix::Session;
use shop::requests;

use crate::format::Wanted;
use crate::respond::{Answer, Rendered};

pub(crate) async fn not_found(session: Session, Wanted(format): Wanted) -> Answer {
    Ok(Rendered(requests::not_found(&session, format).await?))
}
