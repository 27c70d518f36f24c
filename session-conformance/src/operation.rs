//! The operations of a store, by name.

use std::fmt;

/// Names one operation of [`Store`](session_core::Store).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// [`Store::create`](session_core::Store::create)
    Create,
    /// [`Store::load`](session_core::Store::load)
    Load,
    /// [`Store::update`](session_core::Store::update)
    Update,
    /// [`Store::rotate`](session_core::Store::rotate)
    Rotate,
    /// [`Store::touch`](session_core::Store::touch)
    Touch,
    /// [`Store::delete`](session_core::Store::delete)
    Delete,
    /// [`Store::sessions_of`](session_core::Store::sessions_of)
    SessionsOf,
    /// [`Store::delete_sessions_of`](session_core::Store::delete_sessions_of)
    DeleteSessionsOf,
    /// [`Store::delete_expired`](session_core::Store::delete_expired)
    DeleteExpired,
    /// [`Store::count`](session_core::Store::count)
    Count,
    /// [`Store::scan`](session_core::Store::scan)
    Scan,
    /// [`Store::clear`](session_core::Store::clear)
    Clear,
}

impl Operation {
    /// Whether it may change what the store holds.
    #[must_use]
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::Load | Self::SessionsOf | Self::Count | Self::Scan)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Create => "create",
            Self::Load => "load",
            Self::Update => "update",
            Self::Rotate => "rotate",
            Self::Touch => "touch",
            Self::Delete => "delete",
            Self::SessionsOf => "sessions_of",
            Self::DeleteSessionsOf => "delete_sessions_of",
            Self::DeleteExpired => "delete_expired",
            Self::Count => "count",
            Self::Scan => "scan",
            Self::Clear => "clear",
        })
    }
}
