//! What was stored, read again.

use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Document, RawDocument, doc};
use session_core::{Listed, Moment, Owner, Record, Revision, StoreError, StoreKey};

use crate::document::CUT_OFF;

/// What stands under a key.
pub(crate) enum Stored {
    Record(Record),
    Mark { successor: StoreKey, expires_at: Moment },
    Tombstone,
}

/// As much of it as tells where a session is, and whether it lives.
pub(crate) enum Entry {
    Session { revision: Revision, expires_at: Moment },
    Mark { successor: StoreKey, expires_at: Moment },
    Other,
}

/// What [`Entry`] and [`key_of`] read.
pub(crate) fn entry() -> Document {
    doc! { "revision": 1, "expires": 1, "successor": 1 }
}

/// What [`listed`] reads.
pub(crate) fn listing() -> Document {
    doc! { "revision": 1, "created": 1, "lastSeen": 1, "expires": 1 }
}

/// A document that is none of ours. Its content is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidDocument {
    #[error("the document's field `{field}` holds {found}, needs {needed}")]
    Field {
        field: &'static str,
        found: &'static str,
        needed: &'static str,
    },
    #[error("the document has neither of the fields `revision`, `successor`, `deleted` and `cutOff`, needs one")]
    Unknown,
    #[error("the document is not valid BSON")]
    Damaged,
}

impl From<InvalidDocument> for StoreError {
    fn from(error: InvalidDocument) -> Self {
        Self::Corrupt(error.into())
    }
}

impl Stored {
    pub(crate) fn read(document: &RawDocument) -> Result<Self, InvalidDocument> {
        let fields = Fields::read(document)?;
        if fields.revision.is_some() {
            return Ok(Self::Record(fields.record()?));
        }
        if fields.successor.is_some() {
            return Ok(Self::Mark {
                successor: fields.successor()?,
                expires_at: fields.expires_at()?,
            });
        }
        match fields.deleted {
            Some(_) => Ok(Self::Tombstone),
            None => Err(InvalidDocument::Unknown),
        }
    }
}

impl Entry {
    pub(crate) fn read(document: &RawDocument) -> Result<Self, InvalidDocument> {
        let fields = Fields::read(document)?;
        if fields.revision.is_some() {
            return Ok(Self::Session {
                revision: fields.revision()?,
                expires_at: fields.expires_at()?,
            });
        }
        if fields.successor.is_some() {
            return Ok(Self::Mark {
                successor: fields.successor()?,
                expires_at: fields.expires_at()?,
            });
        }
        Ok(Self::Other)
    }
}

/// The key that a document is under.
pub(crate) fn key_of(document: &RawDocument) -> Result<StoreKey, InvalidDocument> {
    key("_id", Fields::read(document)?.id)
}

/// What a list says of a session, if the document is one.
pub(crate) fn listed(document: &RawDocument) -> Result<Option<Listed>, InvalidDocument> {
    let fields = Fields::read(document)?;
    if fields.revision.is_none() {
        return Ok(None);
    }
    Ok(Some(Listed {
        key: key("_id", fields.id)?,
        created_at: moment("created", fields.created)?,
        last_seen_at: moment("lastSeen", fields.last_seen)?,
        expires_at: fields.expires_at()?,
    }))
}

/// All but the payload, for [`check`].
pub(crate) fn all_but_data() -> Document {
    doc! { "data": 0 }
}

/// Makes sure that a document is one of ours, whatever of them.
pub(crate) fn check(document: &RawDocument) -> Result<(), InvalidDocument> {
    let fields = Fields::read(document)?;
    if fields.cut_off.is_some() {
        moment("cutOff", fields.cut_off)?;
        return cut_off_of(fields.id);
    }
    key("_id", fields.id)?;
    match Entry::read(document)? {
        Entry::Session { .. } => listed(document).map(drop),
        Entry::Mark { .. } => Ok(()),
        Entry::Other => fields.deleted.map(drop).ok_or(InvalidDocument::Unknown),
    }
}

#[derive(Default)]
struct Fields<'a> {
    id: Option<RawBsonRef<'a>>,
    revision: Option<RawBsonRef<'a>>,
    created: Option<RawBsonRef<'a>>,
    last_seen: Option<RawBsonRef<'a>>,
    expires: Option<RawBsonRef<'a>>,
    owner: Option<RawBsonRef<'a>>,
    data: Option<RawBsonRef<'a>>,
    successor: Option<RawBsonRef<'a>>,
    deleted: Option<RawBsonRef<'a>>,
    cut_off: Option<RawBsonRef<'a>>,
}

impl<'a> Fields<'a> {
    /// Fields that are not ours are passed by.
    fn read(document: &'a RawDocument) -> Result<Self, InvalidDocument> {
        let mut fields = Self::default();
        for element in document {
            let (name, value) = element.map_err(|_| InvalidDocument::Damaged)?;
            let field = match name.as_str() {
                "_id" => &mut fields.id,
                "revision" => &mut fields.revision,
                "created" => &mut fields.created,
                "lastSeen" => &mut fields.last_seen,
                "expires" => &mut fields.expires,
                "owner" => &mut fields.owner,
                "data" => &mut fields.data,
                "successor" => &mut fields.successor,
                "deleted" => &mut fields.deleted,
                "cutOff" => &mut fields.cut_off,
                _ => continue,
            };
            *field = Some(value);
        }
        Ok(fields)
    }

    fn record(&self) -> Result<Record, InvalidDocument> {
        Ok(Record {
            revision: self.revision()?,
            created_at: moment("created", self.created)?,
            last_seen_at: moment("lastSeen", self.last_seen)?,
            expires_at: self.expires_at()?,
            owner: self.owner()?,
            payload: bytes("data", self.data, "binary data")?.into(),
        })
    }

    fn revision(&self) -> Result<Revision, InvalidDocument> {
        let revision = self.revision.and_then(RawBsonRef::as_i64);
        let revision = revision.ok_or_else(|| invalid("revision", self.revision, "a 64-bit integer"))?;
        Ok(Revision::from_u64(revision.cast_unsigned()))
    }

    fn owner(&self) -> Result<Option<Owner>, InvalidDocument> {
        let Some(owner) = self.owner else {
            return Ok(None);
        };
        let name = owner.as_str().and_then(|name| Owner::new(name).ok());
        let needed = "1 to 255 bytes of printable text";
        name.map(Some).ok_or_else(|| invalid("owner", self.owner, needed))
    }

    fn successor(&self) -> Result<StoreKey, InvalidDocument> {
        key("successor", self.successor)
    }

    fn expires_at(&self) -> Result<Moment, InvalidDocument> {
        moment("expires", self.expires)
    }
}

fn key(field: &'static str, value: Option<RawBsonRef<'_>>) -> Result<StoreKey, InvalidDocument> {
    const NEEDED: &str = "32 bytes of binary data";
    let bytes = bytes(field, value, NEEDED)?.try_into();
    let bytes = bytes.map_err(|_| InvalidDocument::Field {
        field,
        found: "binary data of another length",
        needed: NEEDED,
    })?;
    Ok(StoreKey::from_bytes(bytes))
}

/// Makes sure that this is where a cut-off is.
fn cut_off_of(id: Option<RawBsonRef<'_>>) -> Result<(), InvalidDocument> {
    let name = id.and_then(RawBsonRef::as_str);
    let is_one = name.is_some_and(|name| name.starts_with(CUT_OFF));
    let needed = "a string that begins with `cut-off:`, or 32 bytes of binary data";
    is_one.then_some(()).ok_or_else(|| invalid("_id", id, needed))
}

fn bytes<'a>(
    field: &'static str,
    value: Option<RawBsonRef<'a>>,
    needed: &'static str,
) -> Result<&'a [u8], InvalidDocument> {
    let binary = value.and_then(RawBsonRef::as_binary);
    let binary = binary.filter(|binary| binary.subtype == BinarySubtype::Generic);
    Ok(binary.ok_or_else(|| invalid(field, value, needed))?.bytes)
}

fn moment(field: &'static str, value: Option<RawBsonRef<'_>>) -> Result<Moment, InvalidDocument> {
    let date = value.and_then(RawBsonRef::as_datetime);
    let millis = date.and_then(|date| u64::try_from(date.timestamp_millis()).ok());
    let millis = millis.ok_or_else(|| invalid(field, value, "a date since 1970"))?;
    Ok(Moment::from_millis(millis))
}

fn invalid(field: &'static str, value: Option<RawBsonRef<'_>>, needed: &'static str) -> InvalidDocument {
    let found = value.map_or("nothing", kind);
    InvalidDocument::Field { field, found, needed }
}

fn kind(value: RawBsonRef<'_>) -> &'static str {
    use mongodb::bson::spec::ElementType;
    let kind = value.element_type();
    let kinds = [
        (ElementType::Binary, "binary data"),
        (ElementType::String, "a string"),
        (ElementType::DateTime, "a date"),
        (ElementType::Int32, "a 32-bit integer"),
        (ElementType::Int64, "a 64-bit integer"),
        (ElementType::Double, "a floating-point number"),
        (ElementType::ObjectId, "an object id"),
        (ElementType::EmbeddedDocument, "a document"),
        (ElementType::Null, "null"),
    ];
    let known = kinds.iter().find(|(known, _)| *known == kind);
    known.map_or("another type", |(_, name)| name)
}
