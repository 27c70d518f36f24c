//! `/`: what there is to buy.

use session_kit::axum::Session;
use shop::requests::products;

use crate::respond::{Answer, Rendered};

pub(crate) async fn show(session: Session) -> Answer {
    Ok(Rendered(products::show(&session).await?))
}
