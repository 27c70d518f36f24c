//! Forms that can't be read.

use crate::Reply;

/// The largest body of a form in bytes: more than any of the forms needs.
pub const LARGEST_FORM: usize = 16 * 1024;

/// Why a request's body is not the form that was asked for. `Display` says it to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidForm {
    /// It ended early, or is in no known encoding.
    #[error("the form did not arrive whole")]
    Unreadable,
    /// It is longer than [`LARGEST_FORM`].
    #[error("the form is too long, may have {LARGEST_FORM} bytes")]
    TooLong,
    /// It is something else.
    #[error("this is no form, needs `Content-Type: application/x-www-form-urlencoded`")]
    ContentType,
    /// It has a field twice, or text that is not UTF-8.
    #[error("the form's fields can't be read, each may be there once")]
    Fields,
}

impl InvalidForm {
    /// The status with which a client is told.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::TooLong => 413,
            Self::ContentType => 415,
            Self::Fields => 422,
        }
    }

    /// The fault that has this status, for frameworks that say no more.
    #[must_use]
    pub const fn with_status(status: u16) -> Self {
        match status {
            413 => Self::TooLong,
            415 => Self::ContentType,
            422 => Self::Fields,
            _ => Self::Unreadable,
        }
    }
}

impl From<InvalidForm> for Reply {
    fn from(invalid: InvalidForm) -> Self {
        Self::Text(invalid.status(), format!("{invalid}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_the_fault() {
        use InvalidForm::{ContentType, Fields, TooLong, Unreadable};

        for invalid in [Unreadable, TooLong, ContentType, Fields] {
            assert_eq!(InvalidForm::with_status(invalid.status()), invalid);
        }
    }
}
