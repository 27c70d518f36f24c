//! The key ring that signs cookies.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::RandomError;

/// Bytes of a signature.
pub(crate) const TAG_BYTES: usize = 32;

/// What no id of Express begins with, so that no cookie's signature is an heir's id.
#[cfg(feature = "express")]
const HEIR: &[u8] = b"session-kit\0heir\0";

/// Keys come out of password managers in either alphabet, padded or not.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The keys that sign session cookies: HMAC-SHA256 over the cookie's name and value (Express: `secret`).
///
/// The first key signs, all of them verify. A cookie that an older key signed is issued anew when its session is used,
/// which costs one store write. So to replace a key put the new one first, and drop the old one when the absolute limit has
/// passed.
///
/// A key has at least 32 random bytes; passphrases are not stretched, so don't use any. Keys are never printed, and their
/// prepared state is overwritten when the last clone is dropped.
///
/// ```
/// use session_core::SigningKeys;
///
/// let keys = SigningKeys::from_base64("3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=")?;
/// assert_eq!(format!("{keys:?}"), "SigningKeys(1 key)");
/// # Ok::<(), session_core::InvalidSigningKeys>(())
/// ```
#[derive(Clone)]
pub struct SigningKeys(Arc<[Hmac<Sha256>]>);

impl SigningKeys {
    /// The shortest key in bytes: the size of the hash, by RFC 2104 section 3.
    pub const MIN_BYTES: usize = 32;

    /// A ring of raw keys, the signing one first.
    ///
    /// # Errors
    ///
    /// When there is no key, or one is shorter than 32 bytes.
    pub fn new<K: AsRef<[u8]>>(keys: impl IntoIterator<Item = K>) -> Result<Self, InvalidSigningKeys> {
        let prepared: Vec<_> = keys
            .into_iter()
            .enumerate()
            .map(|(place, key)| prepare(place, key.as_ref()))
            .collect::<Result<_, _>>()?;
        if prepared.is_empty() {
            return Err(InvalidSigningKeys::Empty);
        }
        Ok(Self(prepared.into()))
    }

    /// A ring of base64 texts separated by commas, the signing one first. Either alphabet, padded or not, white space
    /// around a key is ignored. `openssl rand -base64 32` makes a key.
    ///
    /// # Errors
    ///
    /// When there is no key, or one is not base64 or shorter than 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, InvalidSigningKeys> {
        let keys: Vec<_> = text
            .split(',')
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .enumerate()
            .map(|(place, key)| decode(place, key))
            .collect::<Result<_, _>>()?;
        Self::new(keys.iter().map(|key| key.as_slice()))
    }

    /// The ring in the environment variable `variable`, written as for [`from_base64`](Self::from_base64).
    ///
    /// # Errors
    ///
    /// When the variable is missing or not text, or its keys are not good.
    pub fn from_environment(variable: &str) -> Result<Self, InvalidSigningKeys> {
        let text = std::env::var(variable).map(Zeroizing::new);
        Self::from_base64(&text.map_err(|_| InvalidSigningKeys::NoVariable(variable.to_owned()))?)
    }

    /// One new random key, which dies with the process: sessions do not survive a restart, and other nodes do not
    /// believe its cookies. For tests and for trying things out.
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self(Arc::new([keyed(random_key()?.as_slice())])))
    }

    /// A new random key as text for [`from_base64`](Self::from_base64): for programs that file a key at their first start, and
    /// for commands that make one. Whoever reads it can sign cookies.
    ///
    /// ```
    /// use session_core::SigningKeys;
    ///
    /// let secret = SigningKeys::generate_base64()?;
    /// let keys = SigningKeys::from_base64(&secret)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the operating system has no random numbers to give.
    pub fn generate_base64() -> Result<String, RandomError> {
        Ok(STANDARD.encode(random_key()?.as_slice()))
    }

    /// A ring of keys as another program has them, the signing one first.
    #[cfg(feature = "express")]
    pub(crate) fn of_any_length<'a>(keys: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(keys.into_iter().map(keyed).collect())
    }

    /// The signature of a value alone that the first key makes.
    #[cfg(feature = "express")]
    pub(crate) fn sign_value(&self, value: &[u8]) -> [u8; TAG_BYTES] {
        self.0.first().map_or([0; TAG_BYTES], |key| {
            key.clone().chain_update(value).finalize().into_bytes().into()
        })
    }

    /// Whether one of the keys made this signature of a value alone. Compared in constant time.
    #[cfg(feature = "express")]
    pub(crate) fn has_signed(&self, value: &[u8], tag: &[u8; TAG_BYTES]) -> bool {
        self.0
            .iter()
            .any(|key| key.clone().chain_update(value).verify_slice(tag).is_ok())
    }

    /// 256 bits that follow from a value and the key that signs it, and that nobody knows without that key. They are the same
    /// whatever the order of the keys.
    #[cfg(feature = "express")]
    pub(crate) fn heir_of(&self, value: &[u8], tag: &[u8; TAG_BYTES]) -> Option<[u8; TAG_BYTES]> {
        let is_the_one = |key: &&Hmac<Sha256>| (*key).clone().chain_update(value).verify_slice(tag).is_ok();
        let key = self.0.iter().find(is_the_one)?.clone();
        Some(
            key.chain_update(HEIR)
                .chain_update(value)
                .finalize()
                .into_bytes()
                .into(),
        )
    }

    /// The signature that the first key makes.
    pub(crate) fn sign(&self, name: &str, value: &[u8]) -> [u8; TAG_BYTES] {
        self.0.first().map_or([0; TAG_BYTES], |key| {
            mac(key, name, value).finalize().into_bytes().into()
        })
    }

    /// Which key made this signature, if any did. Compared in constant time.
    pub(crate) fn verify(&self, name: &str, value: &[u8], tag: &[u8; TAG_BYTES]) -> Option<KeyAge> {
        let place = self
            .0
            .iter()
            .position(|key| mac(key, name, value).verify_slice(tag).is_ok())?;
        Some(if place == 0 { KeyAge::Current } else { KeyAge::Old })
    }
}

/// Whether the key that signed a cookie still signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyAge {
    Current,
    Old,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            formatter,
            "SigningKeys({count} key{})",
            if count == 1 { "" } else { "s" }
        )
    }
}

/// Keys that can't sign cookies safely. Places count from one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSigningKeys {
    /// No key at all.
    #[error("no signing key, needs at least one of 32 bytes")]
    Empty,
    /// Too short.
    #[error("signing key {place} has {bytes} bytes, needs at least 32: `openssl rand -base64 32` makes one")]
    TooShort {
        /// Which key, counted from one.
        place: usize,
        /// How many bytes it has.
        bytes: usize,
    },
    /// Not base64.
    #[error("signing key {place} is not base64: `openssl rand -base64 32` makes one")]
    NotBase64 {
        /// Which key, counted from one.
        place: usize,
    },
    /// The environment variable is missing or not text.
    #[error("the environment variable {0} is missing or not text, needs base64 keys separated by commas")]
    NoVariable(String),
}

fn random_key() -> Result<Zeroizing<[u8; SigningKeys::MIN_BYTES]>, RandomError> {
    let mut key = Zeroizing::new([0; SigningKeys::MIN_BYTES]);
    getrandom::fill(key.as_mut_slice()).map_err(RandomError::new)?;
    Ok(key)
}

fn prepare(place: usize, key: &[u8]) -> Result<Hmac<Sha256>, InvalidSigningKeys> {
    if key.len() < SigningKeys::MIN_BYTES {
        return Err(InvalidSigningKeys::TooShort {
            place: place + 1,
            bytes: key.len(),
        });
    }
    Ok(keyed(key))
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn decode(place: usize, key: &str) -> Result<Zeroizing<Vec<u8>>, InvalidSigningKeys> {
    let engine = if key.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    engine
        .decode(key)
        .map(Zeroizing::new)
        .map_err(|_| InvalidSigningKeys::NotBase64 { place: place + 1 })
}

/// A cookie's name holds no `=`, so no other name and value share this text.
fn mac(key: &Hmac<Sha256>, name: &str, value: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(name.as_bytes());
    mac.update(b"=");
    mac.update(value);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [u8; 32] = [1; 32];
    const B: [u8; 32] = [2; 32];

    #[test]
    fn the_first_key_signs_and_all_verify() {
        let old = SigningKeys::new([B]).unwrap();
        let ring = SigningKeys::new([A, B]).unwrap();
        let tag = old.sign("session", b"value");
        assert_eq!(ring.verify("session", b"value", &tag), Some(KeyAge::Old));
        assert_eq!(
            ring.verify("session", b"value", &ring.sign("session", b"value")),
            Some(KeyAge::Current)
        );
        assert_eq!(old.verify("session", b"value", &ring.sign("session", b"value")), None);
    }

    #[test]
    fn a_signature_covers_name_and_value() {
        let keys = SigningKeys::new([A]).unwrap();
        let tag = keys.sign("session", b"value");
        assert_eq!(keys.verify("theme", b"value", &tag), None);
        assert_eq!(keys.verify("session", b"other", &tag), None);
        assert_eq!(keys.verify("session=v", b"alue", &tag), None);
        let mut flipped = tag;
        flipped[31] ^= 1;
        assert_eq!(keys.verify("session", b"value", &flipped), None);
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        let keys = SigningKeys::new([[0x0b; 32]]).unwrap();
        let tag = keys.sign("n", b"v");
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "f46c8ff44b9614d9597dd2403b20539490035964f60c221fad456d297792e917");
    }

    #[test]
    fn keys_are_read_from_either_alphabet_padded_or_not() {
        let raw = [0xfb; 32];
        let ring = SigningKeys::new([raw]).unwrap();
        let tag = ring.sign("n", b"v");
        let standard = STANDARD.encode(raw);
        let url_safe = URL_SAFE.encode(raw);
        for text in [
            &standard,
            standard.trim_end_matches('='),
            &url_safe,
            url_safe.trim_end_matches('='),
        ] {
            let read = SigningKeys::from_base64(&format!(" {text} , ")).unwrap();
            assert_eq!(read.verify("n", b"v", &tag), Some(KeyAge::Current), "{text}");
        }
    }

    #[test]
    fn bad_keys_are_named() {
        assert_eq!(
            SigningKeys::new(Vec::<Vec<u8>>::new()).unwrap_err(),
            InvalidSigningKeys::Empty
        );
        let short = SigningKeys::new([vec![1; 32], vec![1; 7]]).unwrap_err();
        assert_eq!(
            short.to_string(),
            "signing key 2 has 7 bytes, needs at least 32: `openssl rand -base64 32` makes one"
        );
        assert_eq!(SigningKeys::from_base64(" , ").unwrap_err(), InvalidSigningKeys::Empty);
        assert_eq!(
            SigningKeys::from_base64("correct horse battery staple").unwrap_err(),
            InvalidSigningKeys::NotBase64 { place: 1 }
        );
        let missing = SigningKeys::from_environment("SESSION_KIT_NO_SUCH_VARIABLE").unwrap_err();
        assert!(missing.to_string().contains("SESSION_KIT_NO_SUCH_VARIABLE"));
    }

    #[test]
    fn generated_keys_differ() {
        let tag = SigningKeys::generate().unwrap().sign("n", b"v");
        assert_eq!(SigningKeys::generate().unwrap().verify("n", b"v", &tag), None);
    }

    #[test]
    fn debug_shows_how_many_keys_and_nothing_else() {
        assert_eq!(
            format!("{:?}", SigningKeys::new([A, B]).unwrap()),
            "SigningKeys(2 keys)"
        );
    }
}
