//! The cart: a value in the session.

use std::fmt;

use serde::{Deserialize, Serialize};
use session_kit::Key;

use crate::catalogue;

pub(crate) const CART: Key<Cart> = Key::new("cart");

/// The most of one item.
const MOST: u32 = 999;
/// The most different items: what a session holds well within its size limit.
const MOST_LINES: usize = 200;
/// The longest name of an item, in characters.
const LONGEST_ITEM: usize = 64;

/// What a visitor wants to buy, in the order of choosing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Cart {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) item: String,
    #[serde(rename = "qty")]
    pub(crate) quantity: u32,
}

impl Cart {
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many things there are in it.
    pub(crate) fn quantity(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// All of it is added, or nothing is.
    pub(crate) fn add(&mut self, addition: &Addition) -> Result<(), CartFull> {
        let place = self.lines.iter().position(|line| line.item == addition.item);
        if let Some(line) = place.and_then(|place| self.lines.get_mut(place)) {
            if line.quantity + addition.quantity > MOST {
                return Err(CartFull::Line);
            }
            line.quantity += addition.quantity;
        } else {
            if self.lines.len() == MOST_LINES {
                return Err(CartFull::Cart);
            }
            self.lines.push(Line {
                item: addition.item.clone(),
                quantity: addition.quantity,
            });
        }
        Ok(())
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, item: &str) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| line.item != item);
        self.lines.len() < before
    }
}

/// Something to put into a cart, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addition {
    item: String,
    quantity: u32,
}

impl Addition {
    /// Of what a form says. One, if it does not say how many.
    pub(crate) fn parse(item: &str, quantity: Option<&str>) -> Result<Self, InvalidAddition> {
        let item = item.trim();
        if item.is_empty() || item.chars().count() > LONGEST_ITEM || !item.chars().all(is_printable) {
            return Err(InvalidAddition::Item);
        }
        let quantity = match quantity.map(str::trim) {
            None | Some("") => 1,
            Some(text) => text.parse().map_err(|_| InvalidAddition::Quantity)?,
        };
        if !(1..=MOST).contains(&quantity) {
            return Err(InvalidAddition::Quantity);
        }
        let item = item.to_owned();
        Ok(Self { item, quantity })
    }
}

impl fmt::Display for Addition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} × {}", self.quantity, catalogue::name_of(&self.item))
    }
}

/// A form that asks for something we can't put into a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidAddition {
    #[error("an item's name has 1 to {LONGEST_ITEM} printable characters")]
    Item,
    #[error("a quantity is a whole number from 1 to {MOST}")]
    Quantity,
}

/// A cart that takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CartFull {
    #[error("a cart holds at most {MOST} of one item")]
    Line,
    #[error("a cart holds at most {MOST_LINES} different items")]
    Cart,
}

/// Not what breaks lines, hides, or turns the text around it.
fn is_printable(character: char) -> bool {
    let is_blank = character.is_whitespace() && character != ' ';
    let is_invisible =
        matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !(character.is_control() || is_blank || is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(item: &str, quantity: u32) -> Addition {
        Addition::parse(item, Some(&quantity.to_string())).unwrap()
    }

    #[test]
    fn the_same_item_twice_is_one_line() {
        let mut cart = Cart::default();
        for addition in [some("mug", 2), some("tin", 1), some("mug", 3)] {
            cart.add(&addition).unwrap();
        }
        let lines: Vec<_> = cart
            .lines()
            .iter()
            .map(|line| (line.item.as_str(), line.quantity))
            .collect();
        assert_eq!(lines, [("mug", 5), ("tin", 1)]);
        assert_eq!(cart.quantity(), 6);
        assert!(cart.remove("mug"));
        assert!(!cart.remove("mug"));
        assert_eq!(cart.quantity(), 1);
    }

    #[test]
    fn a_full_cart_stays_as_it_is() {
        let mut cart = Cart::default();
        cart.add(&some("mug", MOST)).unwrap();
        assert_eq!(cart.add(&some("mug", 1)), Err(CartFull::Line));
        for number in 1..MOST_LINES {
            cart.add(&some(&format!("item {number}"), 1)).unwrap();
        }
        let full = cart.clone();
        assert_eq!(cart.add(&some("one more", 1)), Err(CartFull::Cart));
        assert_eq!(cart, full);
    }

    #[test]
    fn what_is_added_is_printable_and_countable() {
        assert_eq!(Addition::parse(" mug ", None), Ok(some("mug", 1)));
        assert_eq!(Addition::parse(&"ß".repeat(64), Some("")), Ok(some(&"ß".repeat(64), 1)));
        for item in ["", "  ", "a\nb", "a\u{7}", "a\u{202e}b", "\u{200b}", &"a".repeat(65)] {
            assert_eq!(Addition::parse(item, None), Err(InvalidAddition::Item), "{item:?}");
        }
        for quantity in ["0", "-1", "1.5", "1000", "many", "99999999999999999999"] {
            let refused = Addition::parse("mug", Some(quantity));
            assert_eq!(refused, Err(InvalidAddition::Quantity), "{quantity}");
        }
    }
}
