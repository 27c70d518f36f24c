//! The id of a shared session, which is also the name of its record.

use std::fmt;

use zeroize::Zeroizing;

/// The id of a session that Express knows too: express-session hands it to its store as it is.
///
/// Whoever holds it and a secret is the visitor, so `Debug` hides it, and its bytes are overwritten when it is dropped.
///
/// ```
/// use session_core::ExpressSid;
///
/// let sid = ExpressSid::new("gInndk3QKmNYU09qgxXcKx6So0thiErH");
/// assert_eq!(sid.as_str().len(), 32);
/// assert_eq!(format!("{sid:?}"), "ExpressSid(..)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ExpressSid(Zeroizing<String>);

impl ExpressSid {
    /// The id with this text: for tests of stores. Managers make their own, and take others from signed cookies alone.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    pub(crate) fn of_bytes(id: &[u8]) -> Option<Self> {
        std::str::from_utf8(id).ok().map(Self::new)
    }

    /// The text that the record is stored under, but for a prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExpressSid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExpressSid(..)")
    }
}
