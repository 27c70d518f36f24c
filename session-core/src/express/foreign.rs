//! What a record keeps of a shared session beside its values, until the next write.

use super::store::ExpressVersion;
use crate::payload::Snapshot;

/// The session as it was read. All of it is empty where the session is new.
pub(super) struct Foreign<'a> {
    /// The member `cookie`.
    pub(super) cookie: &'a [u8],
    /// Who was signed in; empty: nobody.
    pub(super) owner: &'a [u8],
    pub(super) version: ExpressVersion,
}

impl<'a> Foreign<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let (cookie, rest) = block(snapshot.foreign());
        let (owner, version) = block(rest);
        Self {
            cookie,
            owner,
            version: ExpressVersion::new(version),
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.cookie.len() + self.owner.len() + self.version.as_bytes().len());
        for block in [self.cookie, self.owner] {
            let length = u32::try_from(block.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(block);
        }
        bytes.extend_from_slice(self.version.as_bytes());
        bytes
    }
}

/// Bytes that have their length before them, and what is behind them.
fn block(bytes: &[u8]) -> (&[u8], &[u8]) {
    let split = bytes.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        rest.split_at_checked(length)
    });
    split.unwrap_or_default()
}
