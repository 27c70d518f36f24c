//! The pages, each with what its template shows.

use askama::Template;
use session_kit::{Moment, SessionSummary};

use crate::cart::{Cart, Line};
use crate::catalogue::{self, Price, Product};
use crate::frame::Frame;
use crate::words::ago;

#[derive(Template)]
#[template(path = "products.html")]
pub(crate) struct ProductsPage {
    pub(crate) frame: Frame,
    pub(crate) products: &'static [Product],
}

#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    pub(crate) frame: Frame,
    pub(crate) email: String,
    pub(crate) is_remembered: bool,
    pub(crate) refusal: Option<String>,
}

impl LoginPage {
    pub(crate) fn empty(frame: Frame) -> Self {
        Self {
            frame,
            email: String::new(),
            is_remembered: false,
            refusal: None,
        }
    }
}

#[derive(Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage<'a> {
    pub(crate) frame: Frame,
    pub(crate) email: &'a str,
}

#[derive(Template)]
#[template(path = "cart.html")]
pub(crate) struct CartPage<'a> {
    frame: Frame,
    rows: Vec<CartRow<'a>>,
    total: Price,
    /// Some of it has no price yet.
    has_requests: bool,
}

struct CartRow<'a> {
    line: &'a Line,
    product: Option<&'static Product>,
}

impl CartRow<'_> {
    fn name(&self) -> &str {
        catalogue::name_of(&self.line.item)
    }

    fn sum(&self) -> Option<Price> {
        self.product.map(|product| product.price.times(self.line.quantity))
    }
}

impl<'a> CartPage<'a> {
    pub(crate) fn new(frame: Frame, cart: &'a Cart) -> Self {
        let rows: Vec<_> = cart
            .lines()
            .iter()
            .map(|line| CartRow {
                line,
                product: catalogue::find(&line.item),
            })
            .collect();
        Self {
            frame,
            total: rows.iter().filter_map(CartRow::sum).fold(Price::default(), Price::plus),
            has_requests: rows.iter().any(|row| row.product.is_none()),
            rows,
        }
    }
}

#[derive(Template)]
#[template(path = "devices.html")]
pub(crate) struct DevicesPage {
    frame: Frame,
    rows: Vec<DeviceRow>,
}

struct DeviceRow {
    handle: String,
    is_current: bool,
    signed_in: String,
    seen: String,
}

impl DevicesPage {
    pub(crate) fn new(frame: Frame, sessions: &[SessionSummary], now: Moment) -> Self {
        let row = |summary: &SessionSummary| DeviceRow {
            handle: summary.handle.to_string(),
            is_current: summary.is_current,
            signed_in: ago(summary.created_at, now),
            seen: ago(summary.last_seen_at, now),
        };
        Self {
            frame,
            rows: sessions.iter().map(row).collect(),
        }
    }
}

/// Why a request was not carried out.
#[derive(Template)]
#[template(path = "refusal.html")]
pub(crate) struct RefusalPage {
    pub(crate) frame: Frame,
    pub(crate) title: &'static str,
    pub(crate) reason: String,
}
