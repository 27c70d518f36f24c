//! Databases that can't be had or are not what they should be, and documents that are damaged: what is said, and what is left alone.

#![allow(
    clippy::allow_attributes,
    clippy::cognitive_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic, and shows what is said"
)]

#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod collections;
mod damage;
mod documents;
mod edited;
mod encrypted;
mod indexes;
mod interrupted;
mod own_server;
mod servers;
mod settings;
mod sizes;
mod starts;
mod users;

use std::error::Error;
use std::time::Duration;

use session_store_mongo::{MongoConnectError, MongoStore, MongoStoreBuilder};
use tokio::time::Instant;

use support::chain;

/// What no message may have.
const SECRET: &str = "hunter2";
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(2);

/// A store of its own, where somebody answers.
fn at(url: impl Into<String>) -> MongoStoreBuilder {
    support::at(url.into())
}

/// Connecting fails, and all of `words` say why.
async fn refused(builder: MongoStoreBuilder, words: &[&str]) -> MongoConnectError {
    let settings = format!("{builder:?}");
    assert!(!settings.contains(SECRET), "{settings}");
    let error = builder.connect().await.unwrap_err();
    println!("{}", chain(&error));
    says(&error, words);
    error
}

/// The same where nobody answers, within limits that tests can wait for.
async fn refused_in_time(url: &str, words: &[&str]) -> MongoConnectError {
    let builder = MongoStore::builder(url).connect_timeout(CONNECT_TIMEOUT);
    let begin = Instant::now();
    let error = refused(builder.response_timeout(RESPONSE_TIMEOUT), words).await;
    let took = begin.elapsed();
    assert!(took < RESPONSE_TIMEOUT + SLACK, "{took:?}");
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
