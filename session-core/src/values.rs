//! The values of a session as they are stored: a MessagePack map of names to encoded values.
//!
//! Each value is a MessagePack `bin` that holds its own MessagePack. So it is passed over by its length, whatever is in
//! it, and one that can't be decoded spoils no other.

use std::borrow::Cow;
use std::io::Write;

use rmp::decode;

use crate::error::CorruptRecord;

/// Values being put together: few enough that a list beats a map.
pub(crate) type Edited<'a> = Vec<(Cow<'a, str>, Cow<'a, [u8]>)>;

/// Room for what a request adds, so that the list seldom grows.
const USUALLY_ADDED: usize = 4;

/// The stored bytes. Nothing is decoded before it is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values<'a> {
    map: &'a [u8],
}

impl<'a> Values<'a> {
    /// An empty map.
    pub(crate) const EMPTY: Self = Self { map: &[0x80] };

    pub(crate) fn new(map: &'a [u8]) -> Self {
        Self { map }
    }

    /// The encoded value of `name`.
    pub(crate) fn get(self, name: &str) -> Result<Option<&'a [u8]>, CorruptRecord> {
        let mut entries = self.iter();
        while let Some(entry) = entries.advance() {
            let (found, value) = entry?;
            if found == name.as_bytes() {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    pub(crate) fn iter(self) -> Entries<'a> {
        let mut rest = self.map;
        match decode::read_map_len(&mut rest) {
            Ok(left) => Entries {
                total: self.map.len(),
                rest,
                left: Some(left),
            },
            Err(_) => Entries {
                total: self.map.len(),
                rest: self.map,
                left: None,
            },
        }
    }

    /// All values, to be changed.
    pub(crate) fn edit(self) -> Result<Edited<'a>, CorruptRecord> {
        let entries = self.iter();
        let mut edited = Edited::with_capacity(entries.most() + USUALLY_ADDED);
        for entry in entries {
            let (name, value) = entry?;
            edited.push((Cow::Borrowed(name), Cow::Borrowed(value)));
        }
        Ok(edited)
    }
}

/// The entries of a stored map, in order. Ends after the first error.
#[derive(Debug)]
pub(crate) struct Entries<'a> {
    total: usize,
    rest: &'a [u8],
    /// Entries to come; `None`: not even the map's head can be read.
    left: Option<u32>,
}

/// An empty name and an empty value.
const SHORTEST_ENTRY: usize = 3;

/// A name and a value.
type Entry<'a> = (&'a [u8], &'a [u8]);

impl<'a> Entries<'a> {
    /// No more than these can come: what the map says of itself is believed as far as there are bytes for it.
    fn most(&self) -> usize {
        let said = usize::try_from(self.left.unwrap_or_default()).unwrap_or(usize::MAX);
        said.min(self.rest.len() / SHORTEST_ENTRY)
    }

    /// The next entry, its name not yet known to be text.
    fn advance(&mut self) -> Option<Result<Entry<'a>, CorruptRecord>> {
        if self.left == Some(0) {
            let is_whole = self.rest.is_empty();
            return if is_whole { None } else { Some(Err(self.damaged())) };
        }
        match self.left.zip(entry(self.rest)) {
            Some((left, (name, value, rest))) => {
                (self.left, self.rest) = (Some(left - 1), rest);
                Some(Ok((name, value)))
            }
            None => Some(Err(self.damaged())),
        }
    }

    fn damaged(&mut self) -> CorruptRecord {
        let at = self.total.saturating_sub(self.rest.len());
        (self.left, self.rest) = (Some(0), &[]);
        CorruptRecord::Damaged(at)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<(&'a str, &'a [u8]), CorruptRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = match self.advance()? {
            Ok(entry) => entry,
            Err(error) => return Some(Err(error)),
        };
        Some(
            std::str::from_utf8(name)
                .map(|name| (name, value))
                .map_err(|_| self.damaged()),
        )
    }
}

/// The first entry and what is behind it: a `str`, and a `bin`.
fn entry(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = match bytes {
        [short @ 0xa0..=0xbf, rest @ ..] => (usize::from(short & 0x1f), rest),
        [0xd9, a, rest @ ..] => (usize::from(*a), rest),
        [0xda, a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        [0xdb, a, b, c, d, rest @ ..] => (usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?, rest),
        _ => return None,
    };
    let (name, rest) = rest.split_at_checked(length)?;
    let (length, rest) = match rest {
        [0xc4, a, rest @ ..] => (usize::from(*a), rest),
        [0xc5, a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        [0xc6, a, b, c, d, rest @ ..] => (usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?, rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((name, value, rest))
}

/// Writes the values to `output` as a stored map. Their number and lengths fit `u32`: the size limit sees to that.
///
/// `output` has room for [`encoded_len`] bytes, so writing can't fail.
pub(crate) fn write(values: &Edited<'_>, output: &mut impl Write) {
    infallible(&rmp::encode::write_map_len(
        output,
        u32::try_from(values.len()).unwrap_or(u32::MAX),
    ));
    for (name, value) in values {
        infallible(&rmp::encode::write_str(output, name));
        infallible(&rmp::encode::write_bin(output, value));
    }
}

/// The bytes that [`write()`] will write.
pub(crate) fn encoded_len(values: &Edited<'_>) -> usize {
    // Short texts and maps have their length in the first byte.
    let head = |length: usize, fits_first_byte: usize, has_one_byte_form: bool| match length {
        _ if length <= fits_first_byte => 1,
        _ if has_one_byte_form && length <= 0xff => 2,
        _ if length <= 0xffff => 3,
        _ => 5,
    };
    let name_len = |name: &str| head(name.len(), 31, true) + name.len();
    let value_len = |value: &[u8]| head(value.len().max(1), 0, true) + value.len();
    let entries: usize = values
        .iter()
        .map(|(name, value)| name_len(name) + value_len(value))
        .sum();
    head(values.len(), 15, false) + entries
}

fn infallible<T, E: std::fmt::Debug>(written: &Result<T, E>) {
    debug_assert!(written.is_ok(), "there is room for all of it");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(values: &[(&str, &[u8])]) -> Vec<u8> {
        let edited: Edited<'_> = values
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let mut bytes = Vec::new();
        write(&edited, &mut bytes);
        assert_eq!(bytes.len(), encoded_len(&edited));
        bytes
    }

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        let bytes = encoded(&[("a", b"1"), ("ab", b"2"), ("", b"3")]);
        let values = Values::new(&bytes);
        assert_eq!(values.get("ab").unwrap(), Some(b"2".as_slice()));
        assert_eq!(values.get("").unwrap(), Some(b"3".as_slice()));
        assert_eq!(values.get("abc").unwrap(), None);
        assert_eq!(Values::EMPTY.get("a").unwrap(), None);
    }

    #[test]
    fn damage_is_an_error_wherever_it_is() {
        let bytes = encoded(&[("name", b"value"), ("b", &[0; 300])]);
        for end in 0..bytes.len() {
            let cut = Values::new(&bytes[..end]);
            assert!(cut.iter().any(|entry| entry.is_err()), "cut to {end} bytes");
            assert!(cut.get("no such name").is_err());
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(Values::new(&longer).get("no such name").is_err());
    }

    #[test]
    fn the_length_is_known_beforehand_at_every_boundary() {
        for length in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let (name, value) = ("x".repeat(length), vec![0; length]);
            let bytes = encoded(&[(name.as_str(), &value)]);
            assert_eq!(Values::new(&bytes).get(&name).unwrap(), Some(value.as_slice()));
            let full = rmpv::Value::Map(vec![(name.as_str().into(), value.into())]);
            assert_eq!(
                rmpv::decode::read_value(&mut bytes.as_slice()).unwrap(),
                full,
                "{length}"
            );
        }
        for count in [15, 16, 65_535, 65_536] {
            encoded(&vec![("", b"".as_slice()); count]);
        }
    }

    #[test]
    fn a_claim_of_four_billion_entries_is_an_error() {
        assert!(Values::new(&[0xdf, 0xff, 0xff, 0xff, 0xff]).edit().is_err());
        assert!(
            Values::new(&[0x81, 0xa1, b'a', 0xc6, 0xff, 0xff, 0xff, 0xff])
                .get("a")
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_here_and_in_a_full_decoder(
            values in proptest::collection::vec((".{0,40}", proptest::collection::vec(any::<u8>(), 0..400)), 0..40)
        ) {
            let list: Vec<(&str, &[u8])> = values.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
            let bytes = encoded(&list);
            let read: Vec<_> = Values::new(&bytes).iter().map(Result::unwrap).collect();
            prop_assert_eq!(&read, &list);
            let full = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap();
            let full: Vec<_> = full.as_map().unwrap().iter().map(|(k, v)| (k.as_str().unwrap(), v.as_slice().unwrap())).collect();
            prop_assert_eq!(&full, &list);
        }

        #[test]
        fn no_bytes_make_it_panic_and_what_it_takes_a_full_decoder_takes(
            bytes in proptest::collection::vec(any::<u8>(), 0..200)
        ) {
            if let Ok(values) = Values::new(&bytes).edit() {
                let full = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap();
                prop_assert_eq!(full.as_map().unwrap().len(), values.len());
            }
        }
    }
}
