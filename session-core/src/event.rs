//! What happens to sessions, for logs and audits.

use std::fmt;

use crate::error::Error;
use crate::id::Handle;
use crate::record::Owner;

/// Something that happened to a session. Sessions are named by their public handle.
///
/// An owner is handed to the observer, for an audit log has to name people; nothing of this crate prints it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A session was stored for the first time.
    Created {
        /// The session.
        session: Handle,
        /// Who is signed in to it.
        owner: Option<&'a Owner>,
    },
    /// A request read a stored session.
    Loaded {
        /// The session.
        session: Handle,
    },
    /// A session that another program had is ours from now on.
    #[cfg(feature = "express")]
    TakenOver {
        /// The session.
        session: Handle,
    },
    /// A session has a new id: somebody signed in or out, or the application asked for it.
    Rotated {
        /// What it was called.
        from: Handle,
        /// What it is called now.
        to: Handle,
        /// Who is signed in to it now.
        owner: Option<&'a Owner>,
    },
    /// A session was ended by `destroy`, by a sign-out that keeps nothing, or from a list of devices.
    Destroyed {
        /// The session.
        session: Handle,
    },
    /// A client presented an id of ours whose session is no more: it ran out, or was ended elsewhere.
    Expired {
        /// The session.
        session: Handle,
    },
    /// Others changed the session while a request had it; its changes were applied to what they had made of it.
    Conflict {
        /// The session.
        session: Handle,
        /// How often.
        times: u32,
    },
    /// The session ended while a request had it; the request's changes were dropped.
    Gone {
        /// The session.
        session: Handle,
    },
    /// Somebody signed in while a request had the session; what it wrote blindly was dropped, its updates were not.
    Dropped {
        /// The session, as the request knew it.
        session: Handle,
        /// How many changes.
        changes: usize,
    },
    /// All sessions of an owner were ended, but perhaps one.
    Revoked {
        /// Whose.
        owner: &'a Owner,
        /// How many.
        sessions: u64,
    },
    /// An operation failed. The client gets a status, and the cookie is left alone.
    Failed {
        /// The session, where one is known.
        session: Option<Handle>,
        /// Why.
        error: &'a Error,
    },
}

/// Learns of every [`Event`], such as for an audit log (OWASP Session Management Cheat Sheet, "Logging Sessions Life
/// Cycle").
///
/// Called on the request's own task, so it should be quick: hand the event on rather than wait.
///
/// ```
/// use session_core::{Event, Observer};
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// #[derive(Debug, Default)]
/// struct SignOuts(AtomicU64);
///
/// impl Observer for SignOuts {
///     fn observe(&self, event: &Event<'_>) {
///         if matches!(event, Event::Destroyed { .. }) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

/// What log filters name.
pub(crate) const TARGET: &str = "session_kit";

/// Writes the event to the log, under the target `session_kit`.
#[allow(
    clippy::cognitive_complexity,
    reason = "what the macros become, and so how complex it is, depends on the features of tracing"
)]
pub(crate) fn trace(event: &Event<'_>) {
    match event {
        Event::Created { session, .. } => tracing::debug!(target: TARGET, %session, "session created"),
        Event::Loaded { session } => tracing::trace!(target: TARGET, %session, "session loaded"),
        #[cfg(feature = "express")]
        Event::TakenOver { session } => tracing::debug!(target: TARGET, %session, "session taken over"),
        Event::Rotated { from, to, .. } => tracing::debug!(target: TARGET, %from, %to, "session rotated"),
        Event::Destroyed { session } => tracing::debug!(target: TARGET, %session, "session destroyed"),
        Event::Expired { session } => tracing::debug!(target: TARGET, %session, "session has expired or was ended"),
        Event::Conflict { session, times } => {
            tracing::debug!(target: TARGET, %session, times, "session changed by others, merged")
        }
        Event::Gone { session } => tracing::info!(target: TARGET, %session, "session ended meanwhile, changes dropped"),
        Event::Dropped { session, changes } => {
            tracing::error!(target: TARGET, %session, changes, "blind changes dropped, for somebody signed in meanwhile");
        }
        Event::Revoked { sessions, .. } => tracing::info!(target: TARGET, sessions, "sessions of an owner ended"),
        Event::Failed { session, error } => {
            let error: &dyn std::error::Error = *error;
            let session = session.map(tracing::field::display);
            tracing::error!(target: TARGET, session, error, "session operation failed");
        }
    }
}
