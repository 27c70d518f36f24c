//! `/devices`: where the customer is signed in, and signing out there.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};
use session_kit::axum::Session;
use session_kit::{Clock, Handle, SessionSummary, SystemClock};

use crate::format::Format;
use crate::respond::{self, Answer};
use crate::shop::frame::{self, Frame};
use crate::shop::pages::DevicesPage;
use crate::signed_in::SignedIn;

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

pub(crate) async fn show(_: SignedIn, session: Session, format: Format) -> Answer {
    let sessions = session.sessions().await?;
    if format == Format::Json {
        let sessions = sessions.iter().map(Device::from).collect();
        return Ok(Json(Devices { sessions }).into_response());
    }
    let page = DevicesPage::new(Frame::of(&session).await?, &sessions, SystemClock.now());
    Ok(respond::page(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(crate) struct RevokeForm {
    #[serde(default)]
    handle: String,
}

pub(crate) async fn revoke(_: SignedIn, session: Session, format: Format, Form(form): Form<RevokeForm>) -> Answer {
    let handle: Handle = match form.handle.parse() {
        Ok(handle) => handle,
        Err(invalid) => return respond::refuse(&session, format, &invalid).await,
    };
    let is_current = session.handle().await? == Some(handle);
    let was_there = session.revoke(handle).await?;
    if is_current {
        // A notice would begin a new session.
        return Ok(Redirect::to("/").into_response());
    }
    let notice = if was_there {
        "That device is signed out."
    } else {
        "That device was signed out already."
    };
    frame::leave_notice(&session, notice)?;
    Ok(Redirect::to("/devices").into_response())
}

pub(crate) async fn revoke_others(_: SignedIn, session: Session) -> Answer {
    let notice = match session.revoke_others().await? {
        0 => "No other device was signed in.".to_owned(),
        1 => "One other device is signed out.".to_owned(),
        others => format!("{others} other devices are signed out."),
    };
    frame::leave_notice(&session, &notice)?;
    Ok(Redirect::to("/devices").into_response())
}
