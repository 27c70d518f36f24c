//! The shop in a real browser.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what is not there fails the test"
)]
#![allow(dead_code, unused_imports)]

#[path = "../../../shop/tests/browser/mod.rs"]
mod browser;
mod embedded;
#[path = "../shop/browser.rs"]
mod http_browser;
#[path = "../shop/process.rs"]
mod process;
#[path = "../shop/reply.rs"]
mod reply;

use browser::Profile;
use http_browser::Browser;
use process::Shop;
use reply::Reply;
