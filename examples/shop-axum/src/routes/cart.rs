//! `/cart`: what the visitor wants to buy.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};
use session_kit::axum::Session;

use crate::format::Format;
use crate::respond::{self, Answer};
use crate::shop::cart::{Addition, CART, Cart};
use crate::shop::catalogue;
use crate::shop::frame::{self, Frame};
use crate::shop::pages::CartPage;

pub(crate) async fn show(session: Session, format: Format) -> Answer {
    #[derive(Serialize)]
    struct Items {
        items: Cart,
    }
    let cart = session.get(CART).await?.unwrap_or_default();
    if format == Format::Json {
        return Ok(Json(Items { items: cart }).into_response());
    }
    let page = CartPage::new(Frame::of(&session).await?, &cart);
    Ok(respond::page(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(crate) struct AddForm {
    #[serde(default)]
    item: String,
    qty: Option<String>,
}

pub(crate) async fn add(session: Session, format: Format, Form(form): Form<AddForm>) -> Answer {
    let addition = match Addition::parse(&form.item, form.qty.as_deref()) {
        Ok(addition) => addition,
        Err(invalid) => return respond::refuse(&session, format, &invalid).await,
    };
    let notice = format!("Added to your cart: {addition}");
    // Exact however many adds of this visitor overlap: each runs again on what the others have made of the cart.
    if let Err(full) = session.update(CART, move |cart| cart.add(&addition)).await? {
        return respond::refuse(&session, format, &full).await;
    }
    frame::leave_notice(&session, &notice)?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Deserialize)]
pub(crate) struct RemoveForm {
    #[serde(default)]
    item: String,
}

pub(crate) async fn remove(session: Session, Form(form): Form<RemoveForm>) -> Answer {
    let name = catalogue::name_of(&form.item).to_owned();
    let was_there = session
        .update_option(CART, move |cart| {
            cart.as_mut().is_some_and(|cart| cart.remove(&form.item))
        })
        .await?;
    if was_there {
        frame::leave_notice(&session, &format!("Removed from your cart: {name}"))?;
    }
    Ok(Redirect::to("/cart").into_response())
}
