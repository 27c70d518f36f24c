//! Where sessions are kept: in a store of ours, or in one that an Express app shares.

use std::sync::Arc;

use crate::clock::Moment;
use crate::codec::Format;
use crate::error::{Error, StoreError};
#[cfg(feature = "express")]
use crate::express::{ExpressSid, Sharing};
use crate::id::SessionId;
use crate::operation::{Operation, Reply};
use crate::store::Store;

/// What carries operations out.
#[derive(Debug)]
pub(crate) enum Backend {
    Store(Arc<dyn Store>),
    #[cfg(feature = "express")]
    Express(Box<Sharing>),
}

/// Who asks, for a backend that is not content with keys.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    #[cfg(feature = "express")]
    pub(crate) sid: Option<ExpressSid>,
    #[cfg(feature = "express")]
    pub(crate) is_secure: bool,
}

impl Backend {
    /// Performs an operation; `new_id` is the one that it hands out.
    #[cfg_attr(
        not(feature = "express"),
        expect(unused_variables, reason = "our stores know keys alone")
    )]
    pub(crate) async fn perform(
        &self,
        operation: &Operation,
        caller: &Caller,
        new_id: Option<&SessionId>,
        now: Moment,
    ) -> Result<Reply, StoreError> {
        match self {
            Self::Store(store) => operation.perform(&**store, now).await,
            #[cfg(feature = "express")]
            Self::Express(sharing) => sharing.perform(operation, caller, new_id, now).await,
        }
    }

    /// Who asks: whoever has this id.
    #[cfg_attr(
        not(feature = "express"),
        expect(unused_variables, reason = "our stores know keys alone")
    )]
    pub(crate) fn caller(&self, id: Option<&[u8]>, is_secure: bool) -> Caller {
        match self {
            Self::Store(_) => Caller::default(),
            #[cfg(feature = "express")]
            Self::Express(_) => Caller {
                sid: id.and_then(ExpressSid::of_bytes),
                is_secure,
            },
        }
    }

    /// A new id as this backend wants it.
    pub(crate) fn spell(&self, id: SessionId) -> SessionId {
        match self {
            Self::Store(_) => id,
            #[cfg(feature = "express")]
            Self::Express(_) => id.to_text(),
        }
    }

    /// The store that knows of owners.
    pub(crate) fn store(&self) -> Result<&dyn Store, Error> {
        match self {
            Self::Store(store) => Ok(&**store),
            #[cfg(feature = "express")]
            Self::Express(_) => Err(Error::NoOwnerIndex),
        }
    }

    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Store(_) => Format::MessagePack,
            #[cfg(feature = "express")]
            Self::Express(_) => Format::Json,
        }
    }
}
