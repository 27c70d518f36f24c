//! Values as JavaScript reads them back unchanged.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::cause;
use crate::error::Cause;
use crate::express::is_reserved;

/// The largest integer that a number of JavaScript holds exactly: 2^53 - 1, `Number.MAX_SAFE_INTEGER`.
const LARGEST: u64 = (1 << 53) - 1;

pub(super) fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Vec<u8>, Cause> {
    if is_reserved(key) {
        return Err(Reserved.into());
    }
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Exact(CompactFormatter));
    value.serialize(&mut serializer).map_err(|error| {
        let is_the_types = !error.is_io();
        cause::<T>(error, is_the_types)
    })?;
    Ok(bytes)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Cause> {
    serde_json::from_slice(bytes).map_err(|error| {
        let is_the_types = error.is_data();
        cause::<T>(error, is_the_types)
    })
}

/// Express has something of its own under this name in each session.
#[derive(Debug, thiserror::Error)]
#[error("express-session drops members of this name, needs another one")]
struct Reserved;

/// A number that would come back as another one.
#[derive(Debug, thiserror::Error)]
#[error("an integer beyond 2^53 is not exact in JavaScript, needs to be a string")]
struct Inexact;

/// Writes no integer that JavaScript would round.
struct Exact(CompactFormatter);

impl Exact {
    fn check(magnitude: impl TryInto<u64>) -> io::Result<()> {
        match magnitude.try_into() {
            Ok(small) if small <= LARGEST => Ok(()),
            Ok(_) | Err(_) => Err(io::Error::other(Inexact)),
        }
    }
}

impl Formatter for Exact {
    fn write_i64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        Self::check(value.unsigned_abs())?;
        self.0.write_i64(writer, value)
    }

    fn write_u64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        Self::check(value)?;
        self.0.write_u64(writer, value)
    }

    fn write_i128<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: i128) -> io::Result<()> {
        Self::check(value.unsigned_abs())?;
        self.0.write_i128(writer, value)
    }

    fn write_u128<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        Self::check(value)?;
        self.0.write_u128(writer, value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::error::Error as _;

    use crate::codec::Format;

    fn refusal<T: serde::Serialize>(key: &str, value: T) -> String {
        let error = Format::Json.encode(key, &value).unwrap_err();
        format!("{error}: {}", error.source().unwrap())
    }

    #[test]
    fn integers_that_javascript_would_round_are_refused() {
        let largest = (1_u64 << 53) - 1;
        assert_eq!(Format::Json.encode("n", &largest).unwrap(), b"9007199254740991");
        assert_eq!(
            Format::Json.encode("n", &-9_007_199_254_740_991_i64).unwrap(),
            b"-9007199254740991"
        );
        let expected = "the value of `n` can't be encoded: an integer beyond 2^53 is not exact in JavaScript, needs to be a string";
        assert_eq!(refusal("n", largest + 1), expected);
        assert_eq!(refusal("n", i64::MIN), expected);
        assert_eq!(refusal("n", u128::MAX), expected);
        assert_eq!(refusal("n", [BTreeMap::from([("deep", i128::MIN)])]), expected);
    }

    #[test]
    fn names_that_express_drops_are_refused() {
        for name in ["cookie", "id", "req", "save", "__proto__", "toString"] {
            assert!(refusal(name, 1).ends_with("express-session drops members of this name, needs another one"));
        }
    }

    #[test]
    fn a_value_is_not_quoted_by_an_error() {
        let error = Format::Json.decode::<u64>("age", br#""hunter2""#).unwrap_err();
        let shown = format!("{error}: {}", error.source().unwrap());
        assert!(
            shown.contains("does not fit the type `u64`") && !shown.contains("hunter2"),
            "{shown}"
        );
        assert!(Format::Json.decode::<String>("k", br#""\ud800""#).is_err());
    }

    #[test]
    fn a_value_that_nests_without_end_is_an_error() {
        let bomb = "[".repeat(100_000);
        assert!(Format::Json.decode::<serde_json::Value>("k", bomb.as_bytes()).is_err());
    }
}
