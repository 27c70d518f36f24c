//! Files that never change under their address.

use std::fmt;

/// A file that is part of the program. `Display` writes its address.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Where it is.
    pub path: &'static str,
    /// The header of this name.
    pub content_type: &'static str,
    /// What is in it.
    pub content: &'static str,
    version: u32,
}

pub(crate) const STYLE: Asset = Asset::new(
    "/shop.css",
    "text/css; charset=utf-8",
    include_str!("../assets/shop.css"),
);
pub(crate) const PICTURES: Asset = Asset::new("/pictures.svg", "image/svg+xml", include_str!("../assets/pictures.svg"));
pub(crate) const MARK: Asset = Asset::new("/mark.svg", "image/svg+xml", include_str!("../assets/mark.svg"));
/// All of them.
pub const ALL: [Asset; 3] = [STYLE, PICTURES, MARK];

impl Asset {
    const fn new(path: &'static str, content_type: &'static str, content: &'static str) -> Self {
        Self {
            path,
            content_type,
            content,
            version: checksum(content.as_bytes()),
        }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}?v={:08x}", self.path, self.version)
    }
}

/// FNV-1a: tells one version of a file from the next.
const fn checksum(mut bytes: &[u8]) -> u32 {
    let mut sum = 0x811c_9dc5_u32;
    while let [first, rest @ ..] = bytes {
        sum = (sum ^ *first as u32).wrapping_mul(0x0100_0193);
        bytes = rest;
    }
    sum
}
