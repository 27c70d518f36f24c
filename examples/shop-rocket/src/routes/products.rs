//! `/`: what there is to buy.

use rocket::get;
use session_kit::rocket::Session;
use shop::requests::products;

use crate::respond::{Answer, Rendered};

#[get("/")]
pub(crate) async fn show(session: Session) -> Answer {
    Ok(Rendered(products::show(&session).await?))
}
