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
mod forms;
mod methods;
mod outage;
mod overlap;
mod process;
mod reply;
mod restart;
mod stopping;
mod stores;
mod tunnel;
mod visit;

use browser::Browser;
use process::{Shop, command, folder, run};
use reply::Reply;
use tunnel::Tunnel;
