//! The adapter contract as cases, one for each promise to a browser.
//!
//! An adapter's author writes an [`Adapter`], which serves a small application with the framework's middleware, and one
//! line in `tests/adapter.rs`:
//!
//! ```ignore
//! session_conformance::adapter_contract!(MyAdapter);
//! ```
//!
//! Each case then makes a session manager, has the adapter serve it on a loopback port, and visits it over HTTP with a
//! browser that keeps cookies by the rules of browsers. The pages are made up by the case: where two requests must overlap,
//! one waits inside its handler until the case lets it go on. Time is moved by hand.
//!
//! A handler of most frameworks is no longer than this:
//!
//! ```
//! use session_conformance::adapter::{Answer, Probe};
//! use session_core::{Error, Session};
//!
//! async fn handler(probe: Probe, path: &str, session: Session) -> Result<Answer, Error> {
//!     let answer = probe.answer(path.trim_start_matches('/'), session).await?;
//!     // The framework's response is made from `answer.status`, `answer.headers` and `answer.body`.
//!     Ok(answer)
//! }
//! ```

mod browser;
mod case;
mod cookie_jar;
mod cookies;
mod ends;
mod exchange;
mod expiry;
mod failure;
mod flash;
mod gate;
mod going_on;
mod headers;
mod lost_replies;
mod many_cookies;
mod outage;
mod overlap;
mod pages;
mod presented;
mod probe;
mod response;
mod rotation;
mod run;
mod serve;
mod setup;
mod stage;
mod streaming;
mod untouched;
mod values;

pub use case::{Case, cases};
pub use cookies::*;
pub use ends::*;
pub use expiry::*;
pub use failure::*;
pub use flash::*;
pub use going_on::*;
pub use headers::*;
pub use lost_replies::*;
pub use many_cookies::*;
pub use outage::*;
pub use overlap::*;
pub use presented::*;
pub use probe::{Answer, AnswerBody, Probe};
pub use rotation::*;
#[doc(hidden)]
pub use run::run;
pub use serve::{Adapter, AnyAdapter, Site};
pub use setup::*;
pub use streaming::*;
pub use untouched::*;
pub use values::*;
