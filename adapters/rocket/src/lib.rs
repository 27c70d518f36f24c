//! Sessions for Rocket.
//!
//! [`SessionFairing`] gives each request a session and commits it before the response head goes out; the [`Session`]
//! guard hands it to a handler, a catcher or another guard; [`SessionError`] lets a handler use `?`.
//!
//! # What happens when
//!
//! - **A handler panics**: Rocket's catcher answers with 500, and nothing that was recorded is stored, but a `destroy` or a
//!   sign-out still happens. It is the status which goes out that counts: where a catcher turns a failure into a redirect, what
//!   was recorded is stored.
//! - **A guard fails, a route forwards, no route is found**: the next route and the catcher have the same session, and it is
//!   committed once.
//! - **The client goes away**: Rocket lets the handler go on to its end, and so does its session.
//! - **A response body streams, or the connection becomes a WebSocket**: the session is committed before the head, so before
//!   the body begins. A handle that is kept may `save` later, but can't get a new id.
//! - **The handler sets cookies or `Cache-Control` itself**: both stay; ours is one more `Set-Cookie`.
//! - **The commit fails**: the response is replaced by a 503 or 500 without a body, for it says something that has not
//!   happened. No catcher is asked: they have been before. A response fairing that is attached later sees it, and may fill it.
//! - **Rocket can't read the request** (an unknown method, a target that is no path): it goes to the 400 catcher, past all
//!   fairings. A catcher can read the session there; what it records is not stored.

mod fairing;
mod guard;
mod headers;
mod opened;

pub use fairing::SessionFairing;
pub use guard::{MissingFairing, Session, SessionError};
