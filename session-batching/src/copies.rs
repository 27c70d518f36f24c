//! One error, told to many.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use session_core::{Loaded, StoreError};

/// An error of which each caller has a copy.
#[derive(Clone, Debug)]
pub(crate) struct SharedError(Arc<StoreError>);

impl SharedError {
    pub(crate) fn new(error: StoreError) -> Self {
        Self(Arc::new(error))
    }

    /// The same error for one more caller.
    pub(crate) fn copy(&self) -> StoreError {
        let cause = || SharedCause(Arc::clone(&self.0)).into();
        match &*self.0 {
            StoreError::ReplyLost(_) => StoreError::ReplyLost(cause()),
            StoreError::Full => StoreError::Full,
            StoreError::Corrupt(_) => StoreError::Corrupt(cause()),
            StoreError::TooLarge { bytes, limit } => StoreError::TooLarge {
                bytes: *bytes,
                limit: *limit,
            },
            // Whatever else there will be: nothing was done.
            StoreError::Unavailable(_) | _ => StoreError::Unavailable(cause()),
        }
    }
}

/// The cause of a shared error.
#[derive(Debug)]
struct SharedCause(Arc<StoreError>);

impl SharedCause {
    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl fmt::Display for SharedCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause() {
            Some(cause) => fmt::Display::fmt(cause, formatter),
            None => fmt::Display::fmt(&self.0, formatter),
        }
    }
}

impl Error for SharedCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause()?.source()
    }
}

/// What a key leads to, told to several.
pub(crate) enum Told {
    Loaded(Loaded),
    Failed(SharedError),
}

impl Told {
    pub(crate) fn copy(&self) -> Result<Loaded, StoreError> {
        match self {
            Self::Loaded(loaded) => Ok(loaded.clone()),
            Self::Failed(error) => Err(error.copy()),
        }
    }
}

impl From<Result<Loaded, StoreError>> for Told {
    fn from(loaded: Result<Loaded, StoreError>) -> Self {
        match loaded {
            Ok(loaded) => Self::Loaded(loaded),
            Err(error) => Self::Failed(SharedError::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::Trouble;

    #[test]
    fn a_copy_says_what_the_error_said() {
        let shared = SharedError::new(StoreError::ReplyLost(Trouble::Abandoned.into()));
        for _ in 0..2 {
            let copy = shared.copy();
            assert!(matches!(copy, StoreError::ReplyLost(_)));
            let cause = copy.source().unwrap();
            assert_eq!(cause.to_string(), Trouble::Abandoned.to_string());
            assert!(cause.source().is_none());
        }
        let shared = SharedError::new(StoreError::TooLarge { bytes: 2, limit: 1 });
        assert!(matches!(shared.copy(), StoreError::TooLarge { bytes: 2, limit: 1 }));
    }
}
