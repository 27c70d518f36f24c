//! Databases that can't be had or are not what they should be, and rows that are damaged: what is said, and what is left alone.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod damage;
mod grants;
#[cfg(feature = "postgres")]
mod of_postgres;
mod tables;

use std::error::Error;
use std::fmt::Debug;

use session_store_sql::SqlConnectError;

use support::chain;

/// What no message may have.
const SECRET: &str = "hunter2";

/// Connecting has failed, and all of `words` say why.
fn refused<T: Debug>(connected: Result<T, SqlConnectError>, words: &[&str]) -> SqlConnectError {
    let error = connected.unwrap_err();
    says(&error, words);
    error
}

fn says(error: &(impl Error + 'static), words: &[&str]) {
    let message = chain(error);
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
    for shown in [message, format!("{error:?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}
