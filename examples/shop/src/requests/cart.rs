//! `/cart`: what the visitor wants to buy.

use serde::{Deserialize, Serialize};
use session_kit::{Error, Session};

use crate::cart::{Addition, CART, Cart, InvalidAddition};
use crate::frame::{self, Frame};
use crate::pages::CartPage;
use crate::{Format, Reply, catalogue};

/// Shows the cart.
///
/// # Errors
///
/// When the session can't be read.
pub async fn show(session: &Session, format: Format) -> Result<Reply, Error> {
    #[derive(Serialize)]
    struct Items {
        items: Cart,
    }
    let cart = session.get(CART).await?.unwrap_or_default();
    if format == Format::Json {
        return Ok(Reply::json(200, &Items { items: cart }));
    }
    let page = CartPage::new(Frame::of(session).await?, &cart);
    Ok(Reply::page(200, &page))
}

/// What to put into the cart, as it was written.
#[derive(Debug, Deserialize)]
pub struct AddForm {
    #[serde(default)]
    item: String,
    qty: Option<String>,
}

impl AddForm {
    pub(crate) fn addition(&self) -> Result<Addition, InvalidAddition> {
        Addition::parse(&self.item, self.qty.as_deref())
    }
}

/// Puts something into the cart.
///
/// # Errors
///
/// When the session can't be read or was ended meanwhile.
pub async fn add(session: &Session, format: Format, form: AddForm) -> Result<Reply, Error> {
    let addition = match form.addition() {
        Ok(addition) => addition,
        Err(invalid) => return super::refuse(session, format, &invalid).await,
    };
    let notice = format!("Added to your cart: {addition}");
    // Exact however many adds of this visitor overlap: each runs again on what the others have made of the cart.
    if let Err(full) = session.update(CART, move |cart| cart.add(&addition)).await? {
        return super::refuse(session, format, &full).await;
    }
    frame::leave_notice(session, &notice)?;
    Ok(Reply::SeeOther("/"))
}

/// What to take out of the cart.
#[derive(Debug, Deserialize)]
pub struct RemoveForm {
    #[serde(default)]
    item: String,
}

/// Takes all of an item out of the cart.
///
/// # Errors
///
/// When the session can't be read or was ended meanwhile.
pub async fn remove(session: &Session, form: RemoveForm) -> Result<Reply, Error> {
    let name = catalogue::name_of(&form.item).to_owned();
    let was_there = session
        .update_option(CART, move |cart| {
            cart.as_mut().is_some_and(|cart| cart.remove(&form.item))
        })
        .await?;
    if was_there {
        frame::leave_notice(session, &format!("Removed from your cart: {name}"))?;
    }
    Ok(Reply::SeeOther("/cart"))
}
