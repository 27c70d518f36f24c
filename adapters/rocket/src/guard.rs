//! The session as a handler's argument, and errors as responses.

use std::ops::Deref;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::{self, Responder};
use rocket::{Ignite, Request, Rocket, Sentinel};
use session_core::Error;

use crate::fairing::Settings;
use crate::opened::Opened;

/// The session of this request, put there by [`SessionFairing`](crate::SessionFairing).
///
/// Nothing is loaded until something is read. Catchers, fairings and other guards have the same session by
/// `request.guard::<Session>()`.
///
/// Without the fairing no Rocket launches whose routes ask for a session; where Rocket can't see that they do, such as
/// within a guard of the application's, the request is answered with 500, and the log says what is missing.
#[derive(Clone, Debug)]
pub struct Session(session_core::Session);

impl Session {
    /// The session itself, for code that knows no Rocket.
    #[must_use]
    pub fn into_inner(self) -> session_core::Session {
        self.0
    }
}

impl Deref for Session {
    type Target = session_core::Session;

    fn deref(&self) -> &session_core::Session {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = MissingFairing;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, MissingFairing> {
        if let Some(opened) = Opened::of(request) {
            return Outcome::Success(Self(opened.session.clone()));
        }
        tell_that_the_fairing_is_missing();
        Outcome::Error((Status::InternalServerError, MissingFairing(())))
    }
}

impl Sentinel for Session {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        let is_missing = rocket.state::<Settings>().is_none();
        if is_missing {
            tell_that_the_fairing_is_missing();
        }
        is_missing
    }
}

fn tell_that_the_fairing_is_missing() {
    log::error!("a handler asks for a session and there is none: add `.attach(SessionFairing::new(manager))`");
}

/// A handler asks for a session on a Rocket without [`SessionFairing`](crate::SessionFairing).
#[derive(Clone, Copy, Debug)]
pub struct MissingFairing(());

/// A session operation's error as a response, for handlers that use `?`.
///
/// The client sees the status and nothing else: 503 with `Retry-After` where trying again may help, 409 where the
/// request came too late, else 500. The page is that of the application's catcher for this status, or of Rocket's own.
#[derive(Debug)]
pub struct SessionError(pub Error);

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl<'r> Responder<'r, 'static> for SessionError {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = Status::new(self.0.status());
        if let Some(opened) = Opened::of(request) {
            // A second one, such as a catcher's, makes a 500 of any status, which has no headers to go with it.
            drop(opened.refusal.set(self.0));
        }
        Err(status)
    }
}
