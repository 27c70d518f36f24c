//! One thing that a request did.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::record::{Owner, Revision};

/// Computes a value's new bytes from its old ones. It may run again on newer ones.
type Updater = dyn Fn(Option<&[u8]>) -> Result<Option<Vec<u8>>, Error> + Send + Sync;

/// One thing that a request did to its session.
#[derive(Clone)]
pub(crate) enum Step {
    Insert {
        name: Cow<'static, str>,
        value: Vec<u8>,
    },
    Remove {
        name: Cow<'static, str>,
    },
    Update {
        name: Cow<'static, str>,
        updater: Arc<Updater>,
        /// What it made of the value that the request itself saw.
        seen: Option<Vec<u8>>,
        /// Where the request saw that value.
        seen_on: SeenOn,
    },
    Clear,
    SignIn {
        owner: Owner,
    },
    SignOut {
        keeping: Vec<String>,
    },
}

/// The stored session that a request saw when it ran an update. On the same one the update need not run again, and what it
/// answered holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SeenOn {
    /// None was looked at.
    #[default]
    Nothing,
    /// There was none.
    NoSession,
    Session(Revision),
}

impl Step {
    pub(super) fn touches(&self, key: &str) -> bool {
        match self {
            Self::Insert { name, .. } | Self::Remove { name } | Self::Update { name, .. } => name == key,
            Self::Clear | Self::SignIn { .. } | Self::SignOut { .. } => false,
        }
    }

    pub(super) fn is_barrier(&self) -> bool {
        matches!(self, Self::Clear | Self::SignIn { .. } | Self::SignOut { .. })
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert { name, .. } => write!(formatter, "Insert({name:?})"),
            Self::Remove { name } => write!(formatter, "Remove({name:?})"),
            Self::Update { name, .. } => write!(formatter, "Update({name:?})"),
            Self::Clear => formatter.write_str("Clear"),
            Self::SignIn { .. } => formatter.write_str("SignIn(..)"),
            Self::SignOut { keeping } => write!(formatter, "SignOut {{ keeping: {keeping:?} }}"),
        }
    }
}
