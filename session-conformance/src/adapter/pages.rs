//! Pages that many cases need. Each answers with what it read, or `fine`.

use session_core::{Owner, Session};

use super::gate::Gate;
use super::probe::{Answer, PageFuture};
use crate::verdict::kept;

/// Does not look at its session.
pub(super) fn nothing() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |_| Box::pin(async { Ok(Answer::ok()) })
}

/// Shows the number under `name`, or `none`.
pub(super) fn read(name: &'static str) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            let value = session.get::<u64>(name).await?;
            Ok(Answer::text(
                value.map_or_else(|| "none".to_owned(), |value| value.to_string()),
            ))
        })
    }
}

/// Writes without reading.
pub(super) fn write(name: &'static str, value: u64) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.insert(name, &value)?;
            Ok(Answer::ok())
        })
    }
}

/// Reads the session, waits at the gate, then writes without reading.
pub(super) fn write_late(
    gate: &Gate,
    name: &'static str,
    value: u64,
) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    let gate = gate.clone();
    move |session| {
        Box::pin(async move {
            session.is_new().await?;
            gate.pass().await;
            session.insert(name, &value)?;
            Ok(Answer::ok())
        })
    }
}

/// Adds one to the number under `name`.
pub(super) fn add_one(name: &'static str) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.update(name, |number: &mut u64| *number += 1).await?;
            Ok(Answer::ok())
        })
    }
}

/// Adds one to the number under `name`, and is held up before it answers.
pub(super) fn add_one_late(gate: &Gate, name: &'static str) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    let gate = gate.clone();
    move |session| {
        Box::pin(async move {
            session.update(name, |number: &mut u64| *number += 1).await?;
            gate.pass().await;
            Ok(Answer::ok())
        })
    }
}

/// Signs this user in.
pub(super) fn sign_in(name: &'static str) -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    move |session| {
        Box::pin(async move {
            session.sign_in(owner(name));
            Ok(Answer::ok())
        })
    }
}

/// Signs out and keeps nothing.
pub(super) fn sign_out() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            session.sign_out();
            Ok(Answer::ok())
        })
    }
}

/// Ends the session.
pub(super) fn destroy() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            session.destroy();
            Ok(Answer::ok())
        })
    }
}

/// Gives the session a new id.
pub(super) fn regenerate() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            session.regenerate();
            Ok(Answer::ok())
        })
    }
}

/// Shows who is signed in, or `nobody`.
pub(super) fn who() -> impl FnOnce(Session) -> PageFuture + Send + 'static {
    |session| {
        Box::pin(async move {
            let owner = session.owner().await?;
            Ok(Answer::text(owner.as_ref().map_or("nobody", Owner::as_str)))
        })
    }
}

pub(super) fn owner(name: &str) -> Owner {
    kept("the names of the cases are possible", Owner::new(name))
}
