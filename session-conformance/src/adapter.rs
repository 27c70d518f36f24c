//! The adapter contract as cases, one for each promise to a browser.
//!
//! An adapter's author writes an [`Adapter`], which serves a small application with the framework's middleware, and one
//! line in `tests/adapter.rs`:
//!
//! ```
//! use session_conformance::adapter::{Adapter, Site};
//!
//! struct MyAdapter;
//!
//! impl Adapter for MyAdapter {
//!     async fn serve(&self, site: Site) {
//!         // An application with one route, `/{page}`, the handler below, and the middleware if there is a manager,
//!         // served on the listener.
//! #       drop(site);
//!         std::future::pending().await
//!     }
//! }
//!
//! session_conformance::adapter_contract!(MyAdapter);
//! # fn main() {}
//! ```
//!
//! The handler of most frameworks is no longer than this, with `?` as any handler of an application would have it:
//!
//! ```
//! use session_conformance::adapter::{Answer, Probe};
//! use session_core::{Error, Session};
//!
//! async fn handler(probe: Probe, page: &str, session: Session) -> Result<Answer, Error> {
//!     let answer = probe.answer(page, session).await?;
//!     // The framework's response is made from `answer.status`, `answer.headers` and `answer.body`.
//!     Ok(answer)
//! }
//! ```
//!
//! Each case makes a session manager, has the adapter serve it on a loopback port, and visits it over HTTP with a browser
//! that keeps cookies by the rules of browsers. The pages are made up by the case: where two requests must overlap, one
//! waits inside its handler until the case lets it go on. Time is moved by hand.

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
mod late_cookies;
mod lost_replies;
mod many_cookies;
mod outage;
mod overlap;
mod own_header;
mod pages;
mod presented;
mod probe;
mod response;
mod rotation;
mod serve;
mod setup;
mod stage;
mod streaming;
mod untouched;
mod values;

pub use case::{cases, run};
pub use cookies::*;
pub use ends::*;
pub use expiry::*;
pub use failure::*;
pub use flash::*;
pub use going_on::*;
pub use headers::*;
pub use late_cookies::*;
pub use lost_replies::*;
pub use many_cookies::*;
pub use outage::*;
pub use overlap::*;
pub use own_header::*;
pub use presented::*;
pub use probe::{Answer, AnswerBody, Probe};
pub use rotation::*;
pub use serve::{Adapter, AnyAdapter, Site, pass_on};
pub use setup::*;
pub use streaming::*;
pub use untouched::*;
pub use values::*;
