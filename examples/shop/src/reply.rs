//! Answers, before a framework makes responses of them.

use std::fmt::Display;

use askama::Template;
use serde::Serialize;

/// What a request is answered with. The numbers are HTTP statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A page: `text/html; charset=utf-8`.
    Page(u16, String),
    /// Data for programs: `application/json`.
    Json(u16, String),
    /// A sentence for whoever made the request by hand: `text/plain; charset=utf-8`.
    Text(u16, String),
    /// 303, to a path of the shop's.
    SeeOther(&'static str),
}

impl Reply {
    pub(crate) fn page(status: u16, page: &impl Template) -> Self {
        match page.render() {
            Ok(html) => Self::Page(status, html),
            Err(error) => broken(&error),
        }
    }

    pub(crate) fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self::Json(status, text),
            Err(error) => broken(&error),
        }
    }

    pub(crate) fn json_refusal(status: u16, reason: &impl Display) -> Self {
        #[derive(Serialize)]
        struct Refusal {
            error: String,
        }
        let error = reason.to_string();
        Self::json(status, &Refusal { error })
    }
}

fn broken(error: &dyn Display) -> Reply {
    tracing::error!(%error, "a reply can't be written");
    Reply::Text(500, String::new())
}
