//! A cart that is no value of a session.

use crate::Reply;
use crate::cart::{Addition, Cart};
use crate::frame::Frame;
use crate::pages::CartPage;
use crate::requests::cart::AddForm;

/// The cart of a shop without sessions, which every visitor sees and nobody changes: with it can be measured what sessions
/// cost.
#[derive(Clone, Debug)]
pub struct FixedCart {
    email: String,
    cart: Cart,
}

impl FixedCart {
    /// That of whoever has this address, with so many of each item. `None` where it is more than a cart holds.
    #[must_use]
    pub fn new(email: &str, lines: &[(&str, u32)]) -> Option<Self> {
        let mut cart = Cart::default();
        for (item, quantity) in lines {
            let addition = Addition::parse(item, Some(&quantity.to_string())).ok()?;
            cart.add(&addition).ok()?;
        }
        Some(Self {
            email: email.to_owned(),
            cart,
        })
    }

    /// The page that shows it.
    #[must_use]
    pub fn show(&self) -> Reply {
        let frame = Frame {
            email: Some(self.email.clone()),
            cart_quantity: self.cart.quantity(),
            notice: None,
        };
        Reply::page(200, &CartPage::new(frame, &self.cart))
    }

    /// Puts something into a copy that is thrown away. `None` where that is refused.
    #[must_use]
    pub fn add(&self, form: &AddForm) -> Option<Reply> {
        let addition = form.addition().ok()?;
        self.cart.clone().add(&addition).ok()?;
        Some(Reply::SeeOther("/"))
    }
}
