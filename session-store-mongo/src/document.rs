//! What is stored, as documents.
//!
//! ```text
//! record     {_id: key, revision, created, lastSeen, expires, owner?, removeAt, data}
//! mark       {_id: old key, successor: key, expires, owner?, removeAt}
//! tombstone  {_id: key, deleted: true, expires, removeAt}
//! cut-off    {_id: "cut-off:" and the owner, cutOff, removeAt}
//! ```
//!
//! Only a record has a revision. `expires` is the end by the clock of the manager, `removeAt` what the TTL index is on. A mark has the owner
//! of the record that it leads to, so that a list of the owner's documents cannot miss a session that is rotated meanwhile.

use mongodb::bson::raw::{RawBinaryRef, cstr};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Document, RawDocumentBuf, doc, rawdoc};
use session_core::{MARK_KEPT, Moment, Owner, Record, Revision, Rotation, StoreKey};

use crate::moments::{date, removal};

/// The record under a key.
pub(crate) fn record(key: &StoreKey, record: &Record, now: Moment) -> RawDocumentBuf {
    let mut document = RawDocumentBuf::new();
    document.append(cstr!("_id"), generic(key.as_bytes()));
    append_record(&mut document, record, now);
    document
}

/// A record for the place of what is there.
pub(crate) fn replacement(record: &Record, now: Moment) -> RawDocumentBuf {
    let mut document = RawDocumentBuf::new();
    append_record(&mut document, record, now);
    document
}

/// The payload is the last, so that whoever looks for another field need not pass over it.
fn append_record(document: &mut RawDocumentBuf, record: &Record, now: Moment) {
    document.append(cstr!("revision"), number(record.revision));
    document.append(cstr!("created"), date(record.created_at));
    document.append(cstr!("lastSeen"), date(record.last_seen_at));
    document.append(cstr!("expires"), date(record.expires_at));
    if let Some(owner) = &record.owner {
        document.append(cstr!("owner"), owner.as_str());
    }
    document.append(cstr!("removeAt"), removal(record.expires_at, now));
    document.append(cstr!("data"), generic(&record.payload));
}

/// What a rotation leaves under the old key.
pub(crate) fn mark(rotation: &Rotation<'_>, now: Moment) -> RawDocumentBuf {
    let mut document = RawDocumentBuf::new();
    document.append(cstr!("successor"), generic(rotation.new.as_bytes()));
    document.append(cstr!("expires"), date(rotation.mark_until));
    if let Some(owner) = &rotation.record.owner {
        document.append(cstr!("owner"), owner.as_str());
    }
    document.append(cstr!("removeAt"), removal(rotation.mark_until, now));
    document
}

/// Turns a record into what stands where a session was deleted: it keeps late steps of rotations from bringing it back.
/// Whatever [`Entry`](crate::stored::Entry) can't read as one stays as it is.
pub(crate) fn bury(now: Moment) -> Vec<Document> {
    let end = now + MARK_KEPT;
    let tombstone = doc! {
        "_id": "$_id",
        "deleted": true,
        "expires": date(end),
        "removeAt": removal(end, now),
    };
    let is_record = doc! { "$and": [
        { "$eq": [{ "$type": "$revision" }, "long"] },
        { "$eq": [{ "$type": "$expires" }, "date"] },
        { "$gte": ["$expires", date(Moment::from_millis(0))] },
    ] };
    vec![doc! { "$replaceWith": { "$cond": [is_record, tombstone, "$$ROOT"] } }]
}

/// What stands where a session was deleted.
pub(crate) fn tombstone(now: Moment) -> RawDocumentBuf {
    let end = now + MARK_KEPT;
    rawdoc! { "deleted": true, "expires": date(end), "removeAt": removal(end, now) }
}

/// What the ids of cut-offs begin with.
pub(crate) const CUT_OFF: &str = "cut-off:";

/// Where an owner's cut-off is.
pub(crate) fn cut_off_id(owner: &Owner) -> String {
    format!("{CUT_OFF}{}", owner.as_str())
}

/// The same 64 bits: BSON has signed numbers only.
pub(crate) const fn number(revision: Revision) -> i64 {
    revision.as_u64().cast_signed()
}

/// A key in a filter.
pub(crate) fn binary(key: &StoreKey) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: key.as_bytes().to_vec(),
    }
}

const fn generic(bytes: &[u8]) -> RawBinaryRef<'_> {
    RawBinaryRef {
        subtype: BinarySubtype::Generic,
        bytes,
    }
}
