//! What a store keeps: opaque bytes with a revision and an end.

use std::fmt;
use std::sync::Arc;

use crate::clock::Moment;

/// One version of a record: a token that its committer drew.
///
/// Each commit has one of its own, so whoever lost a reply can tell whether what is stored is what it wrote.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision with this number: for stores that read it back.
    #[must_use]
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number that a store keeps.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Revision({:016x})", self.0)
    }
}

/// Who is signed in: the application's own name for a user, such as the primary key of its users table.
///
/// 1 to 255 bytes of UTF-8 without control characters. Stores index it as it is, so use an opaque id rather than an
/// e-mail address where the database's readers should not see addresses. `Debug` hides it.
///
/// ```
/// use session_core::Owner;
///
/// let owner = Owner::new("user-42")?;
/// assert_eq!(owner.as_str(), "user-42");
/// assert_eq!(format!("{owner:?}"), "Owner(..)");
/// # Ok::<(), session_core::InvalidOwner>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(Arc<str>);

impl Owner {
    /// The longest name in bytes.
    pub const MAX_BYTES: usize = 255;

    /// The owner with this name.
    ///
    /// # Errors
    ///
    /// When the name is empty, longer than 255 bytes, or holds a control character.
    pub fn new(name: impl AsRef<str>) -> Result<Self, InvalidOwner> {
        let name = name.as_ref();
        if name.is_empty() || name.len() > Self::MAX_BYTES {
            return Err(InvalidOwner::Length(name.len()));
        }
        if name.chars().any(char::is_control) {
            return Err(InvalidOwner::ControlCharacter);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Owner(..)")
    }
}

/// A name that can't be an [`Owner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOwner {
    /// Too short or too long.
    #[error("an owner's name has {0} bytes, needs 1 to 255")]
    Length(usize),
    /// Not printable.
    #[error("an owner's name holds a control character, needs printable text")]
    ControlCharacter,
}

/// What a store keeps of a session, but for its key.
///
/// The payload is opaque to stores: core's values, limits and format version. `Debug` hides it and the owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The version that a compare-and-swap expects.
    pub revision: Revision,
    /// When the session began: when it was created, or when somebody signed in to it or out of it.
    pub created_at: Moment,
    /// The last activity that was written down. Sliding writes are throttled, so it may be a tenth of the idle time old.
    pub last_seen_at: Moment,
    /// When the session ends, exclusively: at this moment the record is absent to every operation.
    pub expires_at: Moment,
    /// Who is signed in.
    pub owner: Option<Owner>,
    /// Core's bytes.
    pub payload: Arc<[u8]>,
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Record")
            .field("revision", &self.revision)
            .field("created_at", &self.created_at)
            .field("last_seen_at", &self.last_seen_at)
            .field("expires_at", &self.expires_at)
            .field("owner", &self.owner)
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_owner_nor_payload() {
        let record = Record {
            revision: Revision::from_u64(7),
            created_at: Moment::default(),
            last_seen_at: Moment::default(),
            expires_at: Moment::MAX,
            owner: Some(Owner::new("alice").unwrap()),
            payload: b"hunter2".as_slice().into(),
        };
        let shown = format!("{record:?}");
        assert!(
            !shown.contains("alice") && !shown.contains("hunter2") && !shown.contains("104"),
            "{shown}"
        );
    }

    #[test]
    fn an_owner_has_a_printable_name_of_bounded_length() {
        assert_eq!(Owner::new(""), Err(InvalidOwner::Length(0)));
        assert_eq!(Owner::new("a".repeat(256)), Err(InvalidOwner::Length(256)));
        assert_eq!(Owner::new("a\nb"), Err(InvalidOwner::ControlCharacter));
        assert!(Owner::new("é".repeat(127)).is_ok());
    }
}
