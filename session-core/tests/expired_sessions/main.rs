//! The clean-up of ended sessions, in paused time.
#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]
#![expect(clippy::indexing_slicing, reason = "and so does what was not called")]

mod log;
mod scripted_store;
mod settings;
mod sweep;
mod sweeping;

use session_core::ExpiredSessions;

use scripted_store::{Answer, ScriptedStore};
