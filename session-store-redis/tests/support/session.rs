//! Sessions that tests write, and what servers call them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_core::StoreKey;
pub(crate) use session_test_support::session::*;

/// What a server calls a session, after the prefix.
pub(crate) fn name_of(key: &StoreKey) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

/// Where a store with this prefix keeps a session.
pub(crate) fn place_of(prefix: &str, key: &StoreKey) -> String {
    format!("{prefix}{}", name_of(key))
}
