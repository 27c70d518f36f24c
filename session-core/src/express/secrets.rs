//! The secrets of the Express app.

use std::fmt;

use crate::signing::SigningKeys;

/// The `secret` of an Express app: the first signs, each verifies.
///
/// They are whatever the app has, so they may be short. A cookie is as hard to forge as they are to guess; sessions that are
/// no longer shared should have [`SigningKeys`].
///
/// ```
/// use session_core::ExpressSecrets;
///
/// let secrets = ExpressSecrets::new(["the new one", "keyboard cat"])?;
/// assert_eq!(format!("{secrets:?}"), "ExpressSecrets(2 secrets)");
/// # Ok::<(), session_core::InvalidExpressSecrets>(())
/// ```
#[derive(Clone)]
pub struct ExpressSecrets {
    pub(crate) keys: SigningKeys,
    count: usize,
}

impl ExpressSecrets {
    /// The secrets in the order in which the app has them.
    ///
    /// # Errors
    ///
    /// When there is none, or one is empty.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, InvalidExpressSecrets> {
        let secrets: Vec<S> = secrets.into_iter().collect();
        if secrets.is_empty() {
            return Err(InvalidExpressSecrets::None);
        }
        if let Some(place) = secrets.iter().position(|secret| secret.as_ref().is_empty()) {
            return Err(InvalidExpressSecrets::Empty { place: place + 1 });
        }
        Ok(Self {
            count: secrets.len(),
            keys: SigningKeys::of_any_length(secrets.iter().map(|secret| secret.as_ref().as_bytes())),
        })
    }
}

impl fmt::Debug for ExpressSecrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(formatter, "ExpressSecrets({} secret{plural})", self.count)
    }
}

/// Secrets that no Express app has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidExpressSecrets {
    /// No secret at all.
    #[error("no secret, needs those of the Express app")]
    None,
    /// An empty one.
    #[error("secret {place} is empty, needs that of the Express app")]
    Empty {
        /// Which one, counted from one.
        place: usize,
    },
}
