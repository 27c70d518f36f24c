//! The shop as its visitors see it: the built program, over real HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what is not there fails the test"
)]
#![expect(clippy::indexing_slicing, reason = "JSON that is not there is `null`")]

mod browser;
mod chromium;
mod command;
mod devices;
mod overlap;
mod process;
mod reply;
mod restart;
mod stores;
mod visit;

use browser::Browser;
use process::{Shop, command, folder, run};
use reply::Reply;
