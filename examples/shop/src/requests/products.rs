//! `/`: what there is to buy.

use session_kit::{Error, Session};

use crate::Reply;
use crate::catalogue::PRODUCTS;
use crate::frame::Frame;
use crate::pages::ProductsPage;

/// Shows what is on the shelves.
///
/// # Errors
///
/// When the session can't be read.
pub async fn show(session: &Session) -> Result<Reply, Error> {
    let frame = Frame::of(session).await?;
    let products = &PRODUCTS;
    Ok(Reply::page(200, &ProductsPage { frame, products }))
}
