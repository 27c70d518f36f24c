//! The id of a shared session, which is also the name of its record.

use std::fmt;

use zeroize::Zeroizing;

/// The id of a session that Express knows too: express-session hands it to its store as it is.
///
/// Whoever holds it and a secret is the visitor, so `Debug` hides it, and its bytes are overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Sid(Zeroizing<String>);

impl Sid {
    pub(crate) fn new(id: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(id).ok()?;
        Some(Self(Zeroizing::new(text.to_owned())))
    }

    /// The text that the record is stored under, but for a prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sid(..)")
    }
}
