//! The names of the database and the collection.

use crate::connect_error::MongoConnectError;

const MOST_DATABASE_BYTES: usize = 63;
/// A namespace has at most 255 bytes, and sharding adds to it.
const MOST_COLLECTION_BYTES: usize = 120;

pub(crate) fn check_database(name: &str) -> Result<(), MongoConnectError> {
    let is_safe = |character: char| !character.is_control() && !"/\\. \"$*<>:|?".contains(character);
    if (1..=MOST_DATABASE_BYTES).contains(&name.len()) && name.chars().all(is_safe) {
        return Ok(());
    }
    Err(refused(
        "database",
        name,
        "1 to 63 bytes without blanks and /\\.\"$*<>:|?",
    ))
}

pub(crate) fn check_collection(name: &str) -> Result<(), MongoConnectError> {
    let is_safe = |character: char| !character.is_control() && character != '$';
    let is_reserved = name.starts_with("system.") || name.contains(".system.");
    let is_plain = !is_reserved && !name.starts_with('.') && !name.ends_with('.');
    if (1..=MOST_COLLECTION_BYTES).contains(&name.len()) && is_plain && name.chars().all(is_safe) {
        return Ok(());
    }
    let needs = "1 to 120 bytes without $, that have no part `system` and neither begin nor end with a dot";
    Err(refused("collection", name, needs))
}

fn refused(what: &'static str, name: &str, needs: &'static str) -> MongoConnectError {
    // It came from the program, or from a URL, and is not shown in full where it is long.
    let name = name.chars().take(MOST_DATABASE_BYTES).collect();
    MongoConnectError::Name { what, name, needs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_server_takes() {
        for good in ["shop", "shop-2", "a_b", "é", &"a".repeat(63)] {
            assert!(check_database(good).is_ok(), "{good}");
        }
        for bad in ["", "a.b", "a/b", "a b", "a$", "a\0", &"a".repeat(64)] {
            let error = check_database(bad).unwrap_err().to_string();
            assert!(error.starts_with("the database `"), "{error}");
        }
        for good in ["session_kit", "shop.session", "a b", &"a".repeat(120)] {
            assert!(check_collection(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "system.users",
            "a.system.b",
            ".a",
            "a.",
            "a$b",
            "a\0b",
            &"a".repeat(121),
        ] {
            let error = check_collection(bad).unwrap_err().to_string();
            assert!(error.starts_with("the collection `"), "{error}");
        }
    }
}
