//! Sessions for actix-web.
//!
//! [`SessionMiddleware`] gives each request a session and commits it before the response head goes out; the [`Session`]
//! extractor hands it to a handler; [`SessionError`] lets a handler use `?`.
//!
//! # What happens when
//!
//! - **A handler or a middleware fails**: its session is committed as the status says, as after any response: a 4xx keeps
//!   what was recorded, a 5xx drops it. The error stays the one that it was; its `error_response` has the session's headers.
//! - **A handler panics, or its request is cancelled**: nothing that it recorded is stored.
//! - **A response body streams, or a WebSocket begins**: the session is committed before the head, so before the body or
//!   the first message. A handle that is kept may `save` later, from any thread, but can't get a new id.
//! - **The handler sets cookies or `Cache-Control` itself**: both stay; ours is one more `Set-Cookie`.
//! - **The commit fails**: the handler's response is replaced by a 503 or 500, for it says something that has not happened.

mod extractor;
mod future;
mod middleware;

pub use extractor::{MissingMiddleware, Session, SessionError};
pub use future::ResponseFuture;
pub use middleware::{SessionMiddleware, SessionService};
