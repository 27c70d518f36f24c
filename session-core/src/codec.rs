//! How one value becomes bytes: MessagePack with field names.

use std::any::type_name;

use rmp_serde::{decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// How deep a value may nest: decoding is recursive, and the decoder's default of 1024 levels overflows a thread's stack.
const MAX_DEPTH: usize = 128;

/// Structs are written with their fields' names, so that adding a field does not break stored sessions.
pub(crate) fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Vec<u8>, Error> {
    rmp_serde::to_vec_named(value).map_err(|error| Error::Encode {
        key: key.to_owned(),
        source: if matches!(error, encode::Error::Syntax(_)) {
            Unfit(type_name::<T>()).into()
        } else {
            error.into()
        },
    })
}

pub(crate) fn decode<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    deserializer.set_max_depth(MAX_DEPTH);
    T::deserialize(&mut deserializer).map_err(|error| Error::Decode {
        key: key.to_owned(),
        source: if matches!(error, decode::Error::Syntax(_) | decode::Error::Uncategorized(_)) {
            Unfit(type_name::<T>()).into()
        } else {
            error.into()
        },
    })
}

/// In place of what the type's own code says, for that may quote the value.
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
        let stored = encode("k", &Before { name: "x".into() }).unwrap();
        assert_eq!(
            decode::<After>("k", &stored).unwrap(),
            After {
                added: None,
                name: "x".into()
            }
        );
        let stored = encode(
            "k",
            &After {
                added: Some(1),
                name: "x".into(),
            },
        )
        .unwrap();
        assert_eq!(decode::<Before>("k", &stored).unwrap(), Before { name: "x".into() });
    }

    #[test]
    fn an_error_names_the_key_and_never_the_value() {
        let stored = encode("age", "hunter2").unwrap();
        for error in [
            decode::<u64>("age", &stored).unwrap_err(),
            decode::<Picky>("age", &stored).unwrap_err(),
        ] {
            let cause = std::error::Error::source(&error).unwrap();
            assert_eq!(error.to_string(), "the stored value of `age` can't be decoded");
            assert!(!format!("{error:?} {cause:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_value_that_nests_without_end_is_an_error() {
        let bomb = vec![0x91; 100_000];
        assert!(decode::<Vec<Vec<Vec<u8>>>>("k", &bomb).is_err());
        assert!(decode::<serde::de::IgnoredAny>("k", &bomb).is_err());
    }
}
