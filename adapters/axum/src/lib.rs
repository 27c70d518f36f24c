//! Sessions for axum, and for any other tower service that speaks HTTP.
//!
//! [`SessionLayer`] gives each request a session and commits it before the response head goes out; the [`Session`]
//! extractor hands it to a handler; [`SessionError`] lets a handler use `?`.
//!
//! # What happens when
//!
//! - **A handler panics, or its request is cancelled**: nothing that it recorded is stored. A `CatchPanic` layer inside
//!   this one makes a panic a 500, after which a `destroy` or a sign-out still happens.
//! - **A response body streams**: the session is committed before the head, so before the body begins. A handle that is
//!   kept may `save` later, but can't get a new id.
//! - **The handler sets cookies or `Cache-Control` itself**: both stay; ours is one more `Set-Cookie`.
//! - **The commit fails**: the handler's response is replaced by a 503 or 500, for it says something that has not happened.
//! - **The inner service fails** (a tower error, not a response): the error is passed on, nothing is stored.

mod extractor;
mod future;
mod layer;

pub use extractor::{MissingLayer, Session, SessionError};
pub use future::ResponseFuture;
pub use layer::{SessionLayer, SessionService};
