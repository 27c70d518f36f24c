//! `/devices`: where the customer is signed in, and signing out there.

use serde::{Deserialize, Serialize};
use session_kit::{Clock, Error, Handle, Session, SessionSummary, SystemClock};

use crate::frame::{self, Frame};
use crate::pages::DevicesPage;
use crate::{Format, Reply};

#[derive(Serialize)]
struct Devices {
    sessions: Vec<Device>,
}

/// Times are milliseconds since 1970-01-01T00:00:00Z.
#[derive(Serialize)]
struct Device {
    handle: String,
    current: bool,
    created_at: u64,
    last_seen_at: u64,
}

impl From<&SessionSummary> for Device {
    fn from(summary: &SessionSummary) -> Self {
        Self {
            handle: summary.handle.to_string(),
            current: summary.is_current,
            created_at: summary.created_at.as_millis(),
            last_seen_at: summary.last_seen_at.as_millis(),
        }
    }
}

/// Lists the customer's sessions.
///
/// # Errors
///
/// When the session or the list can't be read.
pub async fn show(session: &Session, format: Format) -> Result<Reply, Error> {
    let sessions = match session.sessions().await {
        Err(error @ Error::NoOwnerIndex) => return super::refuse(session, format, &error).await,
        sessions => sessions?,
    };
    if format == Format::Json {
        let sessions = sessions.iter().map(Device::from).collect();
        return Ok(Reply::json(200, &Devices { sessions }));
    }
    let page = DevicesPage::new(Frame::of(session).await?, &sessions, SystemClock.now());
    Ok(Reply::page(200, &page))
}

/// Where to sign out.
#[derive(Debug, Deserialize)]
pub struct RevokeForm {
    #[serde(default)]
    handle: String,
}

/// Signs out on one device, which may be this one.
///
/// # Errors
///
/// When the session can't be read, or the other one not be ended.
pub async fn revoke(session: &Session, format: Format, form: &RevokeForm) -> Result<Reply, Error> {
    let handle: Handle = match form.handle.parse() {
        Ok(handle) => handle,
        Err(invalid) => return super::refuse(session, format, &invalid).await,
    };
    let is_current = session.handle().await? == Some(handle);
    let was_there = session.revoke(handle).await?;
    if is_current {
        // A notice would begin a new session.
        return Ok(Reply::SeeOther("/"));
    }
    let notice = if was_there {
        "That device is signed out."
    } else {
        "That device was signed out already."
    };
    frame::leave_notice(session, notice)?;
    Ok(Reply::SeeOther("/devices"))
}

/// Signs out on all devices but this one.
///
/// # Errors
///
/// When the session can't be read, or the others not be ended.
pub async fn revoke_others(session: &Session) -> Result<Reply, Error> {
    let notice = match session.revoke_others().await? {
        0 => "No other device was signed in.".to_owned(),
        1 => "One other device is signed out.".to_owned(),
        others => format!("{others} other devices are signed out."),
    };
    frame::leave_notice(session, &notice)?;
    Ok(Reply::SeeOther("/devices"))
}
