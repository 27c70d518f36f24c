//! A kind of store, as the tool needs it.

use std::error::Error;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use session_core::Store;

/// Why something is not there, or can't be done.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A kind of store that can be had by a URL. One of these is all that a store needs to be measured and checked.
pub trait Target: Send + Sync {
    /// Whether URLs of this scheme are of this kind; `scheme` is what stands before the colon, in lower case.
    fn takes(&self, scheme: &str) -> bool;

    /// Opens a store at `url` in which nothing is, and which shares nothing with whatever else is there.
    ///
    /// `namespace` is a name that nobody else has, of at most 32 of the characters a-z, 0-9 and `_`, the first of them a letter: for a table, a prefix,
    /// a collection.
    ///
    /// # Errors
    ///
    /// When there is no such store. Messages show no password.
    fn open<'a>(&'a self, url: &'a str, namespace: &'a str) -> BoxFuture<'a, Result<Opened, Cause>>;
}

/// A store, and how what was made for it is removed.
pub struct Opened {
    /// What is measured.
    pub store: Arc<dyn Store>,
    /// Done once, at the end, after the store was cleared: drops tables and the like.
    pub remove: BoxFuture<'static, Result<(), Cause>>,
}
