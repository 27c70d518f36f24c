//! The names of things in Redis.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::{ConfigError, Owner, StoreKey};

/// How long a session's name is: 32 bytes as base64url without padding.
pub(crate) const NAME_BYTES: usize = 43;

const OWNER: &str = "owner:";
const MAX_PREFIX_BYTES: usize = 64;

/// A session's name within the store: its key as text, for operators who look at the server with their own tools.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name([u8; NAME_BYTES]);

impl Name {
    pub(crate) fn of(key: &StoreKey) -> Self {
        let mut text = [b'A'; NAME_BYTES];
        // It can't fail: 32 bytes are 43 characters.
        let written = URL_SAFE_NO_PAD.encode_slice(key.as_bytes(), &mut text);
        debug_assert!(written.is_ok());
        Self(text)
    }

    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let name = Self(text.try_into().ok()?);
        URL_SAFE_NO_PAD.decode(text).is_ok().then_some(name)
    }

    pub(crate) fn key(self) -> StoreKey {
        let mut bytes = [0; 32];
        // It can't fail: `parse` has decoded it, `of` has encoded it.
        let read = URL_SAFE_NO_PAD.decode_slice(self.0, &mut bytes);
        debug_assert!(read.is_ok());
        StoreKey::from_bytes(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; NAME_BYTES] {
        &self.0
    }
}

/// The prefix of all that a store keeps, and what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    /// The keys under `prefix`.
    ///
    /// A brace would decide where Redis Cluster keeps a key, and the rest of what is refused has a meaning in patterns.
    pub(crate) fn new(prefix: String) -> Result<Self, ConfigError> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"*?[]\\{}^".contains(&byte);
        if prefix.is_empty() || prefix.len() > MAX_PREFIX_BYTES || !prefix.bytes().all(is_plain) {
            return Err(ConfigError::Bounds {
                setting: "prefix",
                value: format!("{prefix:?}"),
                bounds: "1 to 64 visible ASCII characters, none of * ? [ ] { } ^ \\",
            });
        }
        Ok(Self { prefix })
    }

    /// Where a session is.
    pub(crate) fn session(&self, key: &StoreKey) -> Vec<u8> {
        self.named(Name::of(key).as_bytes())
    }

    /// Where something of this name is.
    pub(crate) fn named(&self, name: &[u8]) -> Vec<u8> {
        [self.prefix.as_bytes(), name].concat()
    }

    /// Where an owner's index is. No session's name has a colon, so the two can't meet.
    pub(crate) fn index(&self, owner: &Owner) -> Vec<u8> {
        self.index_named(owner.as_str().as_bytes())
    }

    pub(crate) fn index_named(&self, owner: &[u8]) -> Vec<u8> {
        [self.prefix.as_bytes(), OWNER.as_bytes(), owner].concat()
    }

    /// The session whose place this is.
    pub(crate) fn session_at(&self, place: &[u8]) -> Option<StoreKey> {
        Name::parse(place.strip_prefix(self.prefix.as_bytes())?).map(Name::key)
    }

    /// Whether this store may have written there: another one's prefix may begin with ours.
    pub(crate) fn is_ours(&self, place: &[u8]) -> bool {
        let Some(rest) = place.strip_prefix(self.prefix.as_bytes()) else {
            return false;
        };
        rest.starts_with(OWNER.as_bytes()) || Name::parse(rest).is_some()
    }

    /// What finds everything of ours.
    pub(crate) fn pattern(&self) -> String {
        format!("{}*", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(prefix: &str) -> Keys {
        Keys::new(prefix.to_owned()).unwrap()
    }

    #[test]
    fn a_session_is_found_by_its_place_and_by_no_other() {
        let (keys, key) = (keys("session:"), StoreKey::from_bytes([251; 32]));
        let place = keys.session(&key);
        assert_eq!(place, b"session:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert_eq!(keys.session_at(&place), Some(key));
        for other in [b"session:".as_slice(), &place[1..], &place[..50], b"session:owner:ann"] {
            assert_eq!(keys.session_at(other), None);
        }
        // A last character whose spare bits are set would be a second spelling of the same key.
        let second_spelling = [&place[..50], b"t".as_slice()].concat();
        assert_eq!(keys.session_at(&second_spelling), None);
    }

    #[test]
    fn a_longer_prefix_belongs_to_another_store() {
        let (shop, key) = (keys("shop:"), StoreKey::from_bytes([1; 32]));
        assert!(shop.is_ours(&shop.session(&key)));
        assert!(shop.is_ours(&shop.index(&Owner::new("ann").unwrap())));
        assert!(!shop.is_ours(&keys("shop:admin:").session(&key)));
        assert!(!shop.is_ours(b"shop:stock"));
    }

    #[test]
    fn a_prefix_is_plain_text() {
        for prefix in ["", "a b", "a{b}", "a*", "ä", &"a".repeat(65)] {
            let error = Keys::new(prefix.to_owned()).unwrap_err().to_string();
            assert!(
                error.starts_with("prefix is") && error.contains("needs 1 to 64"),
                "{error}"
            );
        }
        assert!(Keys::new("a".repeat(64)).is_ok());
    }
}
