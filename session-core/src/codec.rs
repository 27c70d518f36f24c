//! How one value becomes bytes: MessagePack with field names, or JSON where an Express app reads it too.

#[cfg(feature = "express")]
mod json;

use std::any::type_name;

use rmp_serde::{decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Cause, Error};

/// How deep a value may nest: decoding is recursive, and the decoder's default of 1024 levels overflows a thread's stack.
const MAX_DEPTH: usize = 128;

/// What the values of a manager's sessions are written in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Format {
    /// Structs are written with their fields' names, so that adding a field does not break stored sessions.
    #[default]
    MessagePack,
    #[cfg(feature = "express")]
    Json,
}

impl Format {
    pub(crate) fn encode<T: Serialize + ?Sized>(self, key: &str, value: &T) -> Result<Vec<u8>, Error> {
        let encoded = match self {
            Self::MessagePack => rmp_serde::to_vec_named(value).map_err(|error| {
                let is_the_types = matches!(error, encode::Error::Syntax(_));
                cause::<T>(error, is_the_types)
            }),
            #[cfg(feature = "express")]
            Self::Json => json::encode(key, value),
        };
        encoded.map_err(|source| Error::Encode {
            key: key.to_owned(),
            source,
        })
    }

    pub(crate) fn decode<T: DeserializeOwned>(self, key: &str, bytes: &[u8]) -> Result<T, Error> {
        let decoded = match self {
            Self::MessagePack => {
                let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
                deserializer.set_max_depth(MAX_DEPTH);
                T::deserialize(&mut deserializer).map_err(|error| {
                    let is_the_types = matches!(error, decode::Error::Syntax(_) | decode::Error::Uncategorized(_));
                    cause::<T>(error, is_the_types)
                })
            }
            #[cfg(feature = "express")]
            Self::Json => json::decode(bytes),
        };
        decoded.map_err(|source| Error::Decode {
            key: key.to_owned(),
            source,
        })
    }
}

/// What a format says of a value; not what the type's own code says, for that may quote it.
fn cause<T: ?Sized>(error: impl Into<Cause>, is_the_types: bool) -> Cause {
    if is_the_types {
        Unfit(type_name::<T>()).into()
    } else {
        error.into()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the value does not fit the type `{0}`")]
struct Unfit(&'static str);

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Before {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct After {
        #[serde(default)]
        added: Option<u64>,
        name: String,
    }

    /// Quotes what it can't take.
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Picky;

    impl TryFrom<String> for Picky {
        type Error = String;

        fn try_from(value: String) -> Result<Self, String> {
            Err(format!("{value} is no good"))
        }
    }

    #[test]
    fn a_struct_with_a_new_field_reads_what_was_stored_before() {
        let stored = Format::MessagePack.encode("k", &Before { name: "x".into() }).unwrap();
        assert_eq!(
            Format::MessagePack.decode::<After>("k", &stored).unwrap(),
            After {
                added: None,
                name: "x".into()
            }
        );
        let stored = Format::MessagePack
            .encode(
                "k",
                &After {
                    added: Some(1),
                    name: "x".into(),
                },
            )
            .unwrap();
        assert_eq!(
            Format::MessagePack.decode::<Before>("k", &stored).unwrap(),
            Before { name: "x".into() }
        );
    }

    #[test]
    fn an_error_names_the_key_and_never_the_value() {
        let stored = Format::MessagePack.encode("age", "hunter2").unwrap();
        for error in [
            Format::MessagePack.decode::<u64>("age", &stored).unwrap_err(),
            Format::MessagePack.decode::<Picky>("age", &stored).unwrap_err(),
        ] {
            let cause = std::error::Error::source(&error).unwrap();
            assert_eq!(error.to_string(), "the stored value of `age` can't be decoded");
            assert!(!format!("{error:?} {cause:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_value_that_nests_without_end_is_an_error() {
        let bomb = vec![0x91; 100_000];
        assert!(Format::MessagePack.decode::<Vec<Vec<Vec<u8>>>>("k", &bomb).is_err());
        assert!(Format::MessagePack.decode::<serde::de::IgnoredAny>("k", &bomb).is_err());
    }
}
