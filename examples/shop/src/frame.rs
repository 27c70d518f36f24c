//! What all pages show of the session.

use std::sync::OnceLock;

use session_kit::{Error, Session};

use crate::cart::CART;

const NOTICE: &str = "notice";

pub(crate) struct Frame {
    /// Who is signed in.
    pub(crate) email: Option<String>,
    pub(crate) cart_quantity: u32,
    /// What the last request left to be told.
    pub(crate) notice: Option<String>,
}

impl Frame {
    pub(crate) async fn of(session: &Session) -> Result<Self, Error> {
        let cart = session.get(CART).await?.unwrap_or_default();
        Ok(Self {
            email: session.owner().await?.map(|owner| owner.as_str().to_owned()),
            cart_quantity: cart.quantity(),
            notice: session.take_flash(NOTICE).await?,
        })
    }
}

/// Sessions that are shared with another program have no member for a notice.
static HAS_NO_NOTICES: OnceLock<()> = OnceLock::new();

pub(crate) fn leave_no_notices() {
    HAS_NO_NOTICES.get_or_init(|| ());
}

/// Leaves a sentence for the page that comes next.
pub(crate) fn leave_notice(session: &Session, notice: &str) -> Result<(), Error> {
    if HAS_NO_NOTICES.get().is_some() {
        return Ok(());
    }
    session.flash(NOTICE, notice)
}
