//! What the shop has on its shelves. It gets anything else on request.

use std::fmt;

pub(crate) struct Product {
    /// What carts call it. The sheet of pictures has one of this name.
    pub(crate) item: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) price: Price,
}

/// An amount in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Price(pub(crate) u64);

pub(crate) const PRODUCTS: [Product; 6] = [
    Product {
        item: "teapot",
        name: "Stoneware teapot",
        description: "Three cups, a lid that stays on, and not a drip.",
        price: Price(3_800),
    },
    Product {
        item: "mug",
        name: "Everyday mug",
        description: "Thick walls keep the tea hot and the hands warm.",
        price: Price(1_400),
    },
    Product {
        item: "sencha",
        name: "Green sencha, 100 g",
        description: "First harvest, steamed; grassy and a little sweet.",
        price: Price(1_150),
    },
    Product {
        item: "tin",
        name: "Tea tin",
        description: "Closes tight, holds 150 grams and looks good doing it.",
        price: Price(950),
    },
    Product {
        item: "honey",
        name: "Linden honey",
        description: "From one meadow and one summer. 250 grams.",
        price: Price(780),
    },
    Product {
        item: "spoon",
        name: "Brass spoon",
        description: "One level spoon makes one good cup.",
        price: Price(620),
    },
];

/// `None`: we get it on request.
pub(crate) fn find(item: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.item == item)
}

pub(crate) fn name_of(item: &str) -> &str {
    find(item).map_or(item, |product| product.name)
}

impl Price {
    pub(crate) const fn times(self, quantity: u32) -> Self {
        Self(self.0 * quantity as u64)
    }

    pub(crate) const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "€\u{a0}{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_two_decimals() {
        assert_eq!(Price(1_405).to_string(), "€\u{a0}14.05");
        assert_eq!(Price(620).times(3).plus(Price(5)).to_string(), "€\u{a0}18.65");
    }

    #[test]
    fn a_product_goes_by_its_name_and_anything_else_by_its_own() {
        assert_eq!(name_of("mug"), "Everyday mug");
        assert_eq!(name_of("samovar"), "samovar");
    }

    #[test]
    fn every_product_has_a_picture() {
        let pictures = crate::assets::PICTURES.content;
        for product in &PRODUCTS {
            assert!(
                pictures.contains(&format!("<symbol id=\"{}\"", product.item)),
                "{}",
                product.item
            );
        }
    }
}
