//! Finding our id in what the client sent, and believing it only with our signature.

use std::io::BufRead;
use std::iter;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use smallvec::SmallVec;

use crate::id::PresentedId;
use crate::signing::{KeyAge, SigningKeys, TAG_BYTES};

/// Between the id and its signature: not in the base64url alphabet.
const DOT: u8 = b'.';

/// Bytes of a signature's text, without padding.
const SIGNATURE_BYTES: usize = (TAG_BYTES * 8).div_ceil(6);

/// An id whose signature is ours.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    pub(crate) id: PresentedId,
    pub(crate) key_age: KeyAge,
}

/// The values of all cookies of our name, or of our header, as they came: a copy of what may be ours, and of nothing else.
///
/// The usual one needs no allocation of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates(SmallVec<[u8; 96]>);

impl Candidates {
    /// Picks out the cookies called `name`. Nothing is decoded or believed yet.
    pub(crate) fn of_cookies<'a>(headers: impl IntoIterator<Item = &'a [u8]>, name: &str) -> Self {
        Self::collect(headers.into_iter().flat_map(|header| values(header, name)))
    }

    /// Takes the values of a header of our own.
    pub(crate) fn of_values<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::collect(values.into_iter().map(<[u8]>::trim_ascii))
    }

    fn collect<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut candidates = Self::default();
        for value in values {
            candidates.0.extend_from_slice(value);
            candidates.0.push(SEPARATOR);
        }
        candidates
    }

    /// The first one.
    #[cfg(feature = "express")]
    pub(crate) fn first(&self) -> &[u8] {
        parts(&self.0).next().unwrap_or_default()
    }

    /// The first one that verifies; every one is tried, for a sibling site or path can plant others (RFC 6265bis section
    /// 4.2.2: their order means nothing).
    pub(crate) fn verify(&self, name: &str, keys: &SigningKeys) -> Option<Verified> {
        parts(&self.0).find_map(|value| verify(value, name, keys))
    }
}

/// What a client presented that may lead to its session.
#[derive(Clone, Debug, Default)]
pub(crate) struct PresentedValues {
    pub(crate) ours: Candidates,
    /// Under the name that another program gave to its cookie, before its sessions were taken over.
    #[cfg(feature = "express")]
    pub(crate) inherited: Candidates,
}

/// Between cookies in a header, and so in none.
const SEPARATOR: u8 = b';';

/// What stands between separators. Unlike `split` this does not look at bytes one by one, and headers are long.
fn parts(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    iter::from_fn(move || {
        let text = rest;
        // Reading from memory can't fail.
        let length = rest.skip_until(SEPARATOR).ok().filter(|length| *length > 0)?;
        let part = text.get(..length)?;
        Some(part.strip_suffix(&[SEPARATOR]).unwrap_or(part))
    })
}

/// The values of all cookies of this name.
fn values<'a>(cookies: &'a [u8], name: &str) -> impl Iterator<Item = &'a [u8]> {
    parts(cookies).filter_map(move |pair| {
        let value = pair.trim_ascii_start().strip_prefix(name.as_bytes())?;
        let value = value.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
        Some(
            value
                .strip_prefix(b"\"")
                .and_then(|inner| inner.strip_suffix(b"\""))
                .unwrap_or(value),
        )
    })
}

/// The id in a signed value, `id.signature` in base64url.
///
/// It is the id's bytes that are signed, of which there is one spelling: together with the name of a cookie they are one block to the hash,
/// where the text would be two.
pub(crate) fn verify(value: &[u8], name: &str, keys: &SigningKeys) -> Option<Verified> {
    let (text, signature) = value.split_at_checked(value.len().checked_sub(SIGNATURE_BYTES)?)?;
    let text = text.strip_suffix(&[DOT])?;
    let mut tag = [0; TAG_BYTES];
    if URL_SAFE_NO_PAD.decode_slice(signature, &mut tag).ok()? != TAG_BYTES {
        return None;
    }
    let id = PresentedId::parse(text)?;
    let key_age = keys.verify(name, id.as_bytes(), &tag)?;
    Some(Verified { id, key_age })
}

/// Appends the signed value of an id to `output`.
pub(crate) fn write_signed(output: &mut String, id: &[u8], name: &str, keys: &SigningKeys) {
    URL_SAFE_NO_PAD.encode_string(id, output);
    let tag = keys.sign(name, id);
    output.push(char::from(DOT));
    URL_SAFE_NO_PAD.encode_string(tag, output);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::SessionId;

    fn keys() -> SigningKeys {
        SigningKeys::new([[7; 32]]).unwrap()
    }

    fn find(cookies: &[u8], name: &str, keys: &SigningKeys) -> Option<Verified> {
        Candidates::of_cookies([cookies], name).verify(name, keys)
    }

    fn signed(name: &str) -> (SessionId, String) {
        let id = SessionId::random().unwrap();
        let mut value = String::new();
        write_signed(&mut value, id.as_bytes(), name, &keys());
        (id, value)
    }

    #[test]
    fn our_cookie_is_found_among_others_quoted_or_with_odd_white_space() {
        let (id, value) = signed("s");
        for header in [
            format!("s={value}"),
            format!("a=1; s={value}; b=2"),
            format!("a=1;s={value};b"),
            format!("  s = \t\"{value}\" ;"),
            format!(";;;= ;s={value}"),
            format!("S=upper; ss=x; s=forged.forged; s=; s; s={value}"),
        ] {
            let found = find(header.as_bytes(), "s", &keys()).expect(&header);
            assert_eq!(found.id.store_key(), id.store_key());
            assert_eq!(found.key_age, KeyAge::Current);
        }
    }

    #[test]
    fn what_is_not_ours_is_not_believed() {
        let (_, value) = signed("s");
        let (_, other_name) = signed("t");
        let unsigned = value.split('.').next().unwrap();
        for bad in [
            String::new(),
            "s".to_owned(),
            format!("s={other_name}"),
            format!("t={value}"),
            format!("s={unsigned}"),
            format!("s={unsigned}."),
            format!("s={value}="),
            format!("s={value}x"),
            format!("s={}", value.to_uppercase()),
            format!("s=\"{value}"),
            "s=\u{fffd}\u{0}.\u{7f}".to_owned(),
        ] {
            assert!(find(bad.as_bytes(), "s", &keys()).is_none(), "{bad:?}");
        }
        assert!(find(b"\xff\xfe=\x80; s=\xff.\xff", "s", &keys()).is_none());
    }

    #[test]
    fn a_header_of_our_own_has_the_value_alone() {
        let (id, value) = signed("s");
        let found = |values: &[&str]| {
            let values = values.iter().map(|value| value.as_bytes());
            let verified = Candidates::of_values(values).verify("s", &keys());
            verified.map(|verified| verified.id.store_key())
        };
        let (spaced, named) = (format!(" {value}\t"), format!("s={value}"));
        for ours in [&[value.as_str()][..], &[&spaced], &["", "forged.forged", &value]] {
            assert_eq!(found(ours), Some(id.store_key()), "{ours:?}");
        }
        for other in [&[][..], &[""], &[&named], &[&format!("{value}, {value}")]] {
            assert_eq!(found(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn a_signed_id_comes_back_from_any_header(before in "[ -~]{0,60}", after in "[ -~]{0,60}") {
            let (id, value) = signed("s");
            let header = format!("{before};s={value};{after}");
            prop_assert_eq!(find(header.as_bytes(), "s", &keys()).unwrap().id.store_key(), id.store_key());
        }

        #[test]
        fn no_bytes_verify_or_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(find(&bytes, "s", &keys()).is_none());
            prop_assert!(verify(&bytes, "s", &keys()).is_none());
        }

        #[test]
        fn a_changed_signed_value_does_not_verify(at in 0_usize..87, to in any::<u8>()) {
            let (_, value) = signed("s");
            let mut bytes = value.into_bytes();
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            prop_assert!(verify(&bytes, "s", &keys()).is_none());
        }
    }
}
