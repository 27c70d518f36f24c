//! `/`: what there is to buy.

use axum::http::StatusCode;
use session_kit::axum::Session;

use crate::respond::{self, Answer};
use crate::shop::catalogue::PRODUCTS;
use crate::shop::frame::Frame;
use crate::shop::pages::ProductsPage;

pub(crate) async fn show(session: Session) -> Answer {
    let frame = Frame::of(&session).await?;
    let products = &PRODUCTS;
    Ok(respond::page(StatusCode::OK, &ProductsPage { frame, products }))
}
