//! How a request ended, as its caller and its browser see it.

use super::content::Content;
use super::fault::Fault;
use crate::commit::{Commit, CookieChange, Ending, Known, Source};
use crate::error::Error;
use crate::id::StoreKey;

/// How a request ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) result: Result<Ending, Failure>,
    pub(super) cookie: Cookie,
    pub(super) dropped: usize,
    /// What the request sees of its session after the commit.
    pub(super) view: Option<(StoreKey, Content)>,
    pub(super) was_forwarded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    OutcomeUnknown,
    SignInRevoked,
    Other(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    Keep,
    Issue(StoreKey),
    Resend,
    Remove,
}

impl Outcome {
    pub(super) fn of<S: Source>(
        commit: Option<Commit<'_, S>>,
        result: Result<(), Error>,
        fault: Option<Fault>,
    ) -> Self {
        let ending = commit.as_ref().map_or(Ending::Nothing, |commit| commit.ending);
        let dropped = commit.as_ref().map_or(0, |commit| commit.dropped);
        let was_forwarded = commit.as_ref().is_some_and(Commit::is_forwarded);
        let view = commit.map(Commit::into_view);
        let seen = view.as_ref().and_then(|view| match &view.known {
            Known::Found(snapshot) => Some((view.key?, Content::of(snapshot.record()))),
            Known::Unread | Known::Absent | Known::Dead => None,
        });
        let cookie = match view.map_or(CookieChange::Keep, |view| view.cookie) {
            // Nothing is sent with an error.
            _ if result.is_err() => Cookie::Keep,
            CookieChange::Keep if ending == Ending::Gone && fault == Some(Fault::GoneSendsACookie) => Cookie::Remove,
            CookieChange::Keep => Cookie::Keep,
            CookieChange::Issue(id) => Cookie::Issue(id.store_key()),
            CookieChange::Resend => Cookie::Resend,
            CookieChange::Remove => Cookie::Remove,
        };
        let result = match result {
            Ok(()) => Ok(ending),
            Err(Error::OutcomeUnknown(_)) => Err(Failure::OutcomeUnknown),
            Err(Error::SignInRevoked) => Err(Failure::SignInRevoked),
            Err(error) => Err(Failure::Other(error.to_string())),
        };
        Self {
            result,
            cookie,
            dropped,
            view: seen,
            was_forwarded,
        }
    }
}
