//! Session ids, and what of them may leave the request: the store key and the public handle.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use smallvec::SmallVec;
use zeroize::Zeroize;

use crate::error::RandomError;

/// Random bytes in every id: 256 bits. OWASP asks for 64, ASVS 5.0 (7.2.3) for 128.
const RANDOM_BYTES: usize = 32;
const MAX_PREFIX_BYTES: usize = 32;
const MAX_BYTES: usize = MAX_PREFIX_BYTES + RANDOM_BYTES;

/// The secret that names a session: made here, from the operating system's random numbers, and never from a client's.
///
/// Whoever holds it is the visitor, so it goes into the cookie and nowhere else: `Debug` hides it, stores see only its
/// [`StoreKey`], and its bytes are overwritten when it is dropped. What a client sends is a [`PresentedId`], which can
/// look a session up but can't become the id of a new one.
///
/// ```
/// use session_core::SessionId;
///
/// let id = SessionId::random()?;
/// assert_eq!(format!("{id:?}"), "SessionId(..)");
/// # Ok::<(), session_core::RandomError>(())
/// ```
#[derive(Clone)]
pub struct SessionId(IdBytes);

impl SessionId {
    /// A new id: 256 bits from the operating system.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    pub fn random() -> Result<Self, RandomError> {
        Self::random_after(&[])
    }

    /// A new id that begins with the first 32 bytes of `prefix`, followed by 256 random bits.
    ///
    /// For ids that carry a hint, such as a region or a shard. The prefix is no secret: it can be read from the cookie.
    /// There is no other way to make an id, so none can be weaker than 256 bits.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    pub fn random_after(prefix: &[u8]) -> Result<Self, RandomError> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(RandomError::new)?;
        let prefix = prefix.get(..MAX_PREFIX_BYTES).unwrap_or(prefix);
        let mut bytes = IdBytes::of(prefix);
        bytes.0.extend_from_slice(&random);
        random.zeroize();
        Ok(Self(bytes))
    }

    /// An id that is the same in every run: for models of the commit protocol.
    #[cfg(test)]
    pub(crate) fn numbered(number: u64) -> Self {
        let mut bytes = IdBytes::of(&[0; RANDOM_BYTES - size_of::<u64>()]);
        bytes.0.extend_from_slice(&number.to_be_bytes());
        Self(bytes)
    }

    /// The key that the session is stored under.
    #[must_use]
    pub fn store_key(&self) -> StoreKey {
        self.0.store_key()
    }

    /// The id with these bytes, which nobody can guess.
    #[cfg(feature = "express")]
    pub(crate) fn derived(secret: [u8; RANDOM_BYTES]) -> Self {
        Self(IdBytes::of(&secret))
    }

    /// The id whose bytes are the text of this one.
    #[cfg(feature = "express")]
    pub(crate) fn to_text(&self) -> Self {
        let text = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.encode(self.as_bytes()));
        Self(IdBytes::of(text.as_bytes()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionId(..)")
    }
}

/// An id that came from a client with a signature of ours: good for looking a session up, and for nothing else.
///
/// It can't be turned into a [`SessionId`], so an id that the store does not know is never adopted (session fixation,
/// RFC 6265bis section 8.4).
#[derive(Clone)]
pub struct PresentedId(IdBytes);

impl PresentedId {
    /// The id whose text is `text`: base64url without padding, 32 to 64 bytes. There is one spelling of each id.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut bytes = IdBytes::of(&[0; MAX_BYTES]);
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes.0).ok()?;
        if length < RANDOM_BYTES {
            return None;
        }
        bytes.0.truncate(length);
        Some(Self(bytes))
    }

    /// The id whose bytes are this text, of any length: for ids that another program made.
    #[cfg(feature = "express")]
    pub(crate) fn of_text(text: &[u8]) -> Option<Self> {
        std::str::from_utf8(text).ok()?;
        Some(Self(IdBytes::of(text)))
    }

    /// The key to look under.
    #[must_use]
    pub fn store_key(&self) -> StoreKey {
        self.0.store_key()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for PresentedId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PresentedId(..)")
    }
}

/// Makes the ids of new sessions (Express: `genid`).
///
/// Called once for each new or rotated session. What it may choose is the part before the 256 random bits
/// ([`SessionId::random_after`]), so no generator can make an id that is easier to guess.
///
/// ```
/// use session_core::{IdGenerator, RandomError, SessionId};
///
/// #[derive(Debug)]
/// struct InRegion(u8);
///
/// impl IdGenerator for InRegion {
///     fn generate(&self) -> Result<SessionId, RandomError> {
///         SessionId::random_after(&[self.0])
///     }
/// }
/// ```
pub trait IdGenerator: fmt::Debug + Send + Sync + 'static {
    /// A new id.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    fn generate(&self) -> Result<SessionId, RandomError>;
}

/// The default generator: [`SessionId::random`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdGenerator for RandomIds {
    fn generate(&self) -> Result<SessionId, RandomError> {
        SessionId::random()
    }
}

/// What a store files a session under: the SHA-256 of its id.
///
/// A stolen database holds keys only, and no key leads back to an id. `Debug` shows the [`Handle`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey([u8; 32]);

impl StoreKey {
    /// The key with these bytes: for stores that read it back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public name of the session: for logs and lists.
    #[must_use]
    pub fn handle(&self) -> Handle {
        let digest = Sha256::digest(self.0);
        let mut prefix = [0; Handle::BYTES];
        for (to, from) in prefix.iter_mut().zip(digest) {
            *to = from;
        }
        Handle(u64::from_be_bytes(prefix))
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoreKey({}..)", self.handle())
    }
}

/// A short public name of a session: the first 64 bits of its store key's hash, as 16 hexadecimal digits.
///
/// It names a session in logs and in a visitor's list of devices. It can't be turned into the key or the id, and a
/// rotated session has a new one.
///
/// ```
/// use session_core::{Handle, SessionId};
///
/// let handle = SessionId::random()?.store_key().handle();
/// let text = handle.to_string();
/// assert_eq!(text.parse::<Handle>()?, handle);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(u64);

impl Handle {
    const BYTES: usize = 8;
    const DIGITS: usize = 2 * Self::BYTES;
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Handle({self})")
    }
}

impl std::str::FromStr for Handle {
    type Err = InvalidHandle;

    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != Self::DIGITS || !text.bytes().all(is_hex) {
            return Err(InvalidHandle(()));
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| InvalidHandle(()))
    }
}

/// A text that is no [`Handle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session handle: needs exactly 16 digits of 0-9 and a-f")]
pub struct InvalidHandle(());

/// Up to 64 bytes without an allocation, overwritten when they are dropped.
#[derive(Clone)]
struct IdBytes(SmallVec<[u8; MAX_BYTES]>);

impl IdBytes {
    fn of(bytes: &[u8]) -> Self {
        Self(SmallVec::from_slice(bytes))
    }

    fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn store_key(&self) -> StoreKey {
        StoreKey(Sha256::digest(self.as_bytes()).into())
    }
}

impl Drop for IdBytes {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_id_nor_key() {
        let id = SessionId::random_after(b"eu").unwrap();
        let presented = PresentedId::parse(URL_SAFE_NO_PAD.encode(id.as_bytes()).as_bytes()).unwrap();
        let key = id.store_key();
        let shown = format!("{id:?} {presented:?} {key:?}");
        for secret in [id.as_bytes(), key.as_bytes().as_slice()] {
            assert!(!shown.contains(&URL_SAFE_NO_PAD.encode(secret)));
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!shown.contains(&hex[..8]), "{shown}");
        }
        assert!(shown.contains(&key.handle().to_string()));
    }

    #[test]
    fn a_presented_id_leads_to_the_key_of_the_issued_one() {
        let id = SessionId::random().unwrap();
        let text = URL_SAFE_NO_PAD.encode(id.as_bytes());
        assert_eq!(PresentedId::parse(text.as_bytes()).unwrap().store_key(), id.store_key());
    }

    #[test]
    fn the_key_is_the_sha256_of_the_id() {
        let known = IdBytes::of(&[b'a'; MAX_BYTES]);
        assert_eq!(
            known.store_key().as_bytes()[..4],
            [0xff, 0xe0, 0x54, 0xfe],
            "sha256 of 64 times 'a', from FIPS 180-4 tools"
        );
    }

    #[test]
    fn a_short_long_padded_or_second_spelling_of_an_id_is_refused() {
        let id = SessionId::random().unwrap();
        let text = URL_SAFE_NO_PAD.encode(id.as_bytes());
        for bad in [
            URL_SAFE_NO_PAD.encode([7; 31]),
            URL_SAFE_NO_PAD.encode([7; 65]),
            format!("{text}="),
            text.replace(|_: char| true, "+"),
            String::new(),
        ] {
            assert!(PresentedId::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_prefix_never_displaces_the_random_part() {
        let long = [9; 200];
        let id = SessionId::random_after(&long).unwrap();
        assert_eq!(id.as_bytes().len(), MAX_BYTES);
        assert_ne!(id.as_bytes()[32..], long[..32]);
    }

    #[test]
    fn a_handle_has_one_spelling() {
        let handle = StoreKey::from_bytes([1; 32]).handle();
        assert_eq!(handle.to_string().parse(), Ok(handle));
        for bad in ["", "00", "+123456789abcdef", "0123456789ABCDEF", "0123456789abcdef0"] {
            assert!(bad.parse::<Handle>().is_err(), "{bad}");
        }
    }
}
