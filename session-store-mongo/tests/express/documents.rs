//! Documents that neither package would write, and what becomes of them.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use session_core::{Clock as _, ExpressRecord, ExpressSid, ExpressStore, Moment, StoreError, SystemClock};

use super::{connect_mongo, mongodb_session};

const URL: &str = "SESSION_KIT_MONGO_URL";
const TEXT: &str = r#"{"cookie":{"originalMaxAge":null,"expires":null},"first":1}"#;

fn session() -> Document {
    doc! { "cookie": { "originalMaxAge": Bson::Null, "expires": Bson::Null }, "first": 1 }
}

fn in_an_hour() -> DateTime {
    DateTime::from_millis(DateTime::now().timestamp_millis() + 3_600_000)
}

/// What a store says of a document, which it must leave as it is.
async fn read(store: &impl ExpressStore, documents: &Collection<Document>, document: &Document) -> Read {
    read_at(store, documents, document, SystemClock.now()).await
}

async fn read_at(
    store: &impl ExpressStore,
    documents: &Collection<Document>,
    document: &Document,
    now: Moment,
) -> Read {
    documents.insert_one(document).await.unwrap();
    let sid = ExpressSid::new(document.get_str("_id").unwrap());
    let loaded = store.load(&sid, now).await;
    let left = documents.find_one(doc! { "_id": sid.as_str() }).await.unwrap();
    assert_eq!(left.as_ref(), Some(document), "it is left as it is");
    match loaded {
        Ok(Some(record)) => Read::There(record),
        Ok(None) => Read::Absent,
        Err(error) => {
            assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
            Read::Unreadable
        }
    }
}

#[derive(Debug)]
enum Read {
    There(ExpressRecord),
    Absent,
    Unreadable,
}

macro_rules! is {
    ($read:expr, $expected:pat) => {
        let read = $read;
        assert!(matches!(read, $expected), "{read:?}");
    };
}

#[tokio::test]
async fn what_has_no_end_is_there_for_both() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    let document = doc! { "_id": "a", "session": session() };
    is!(
        read(&embedded.store, &embedded.documents, &document).await,
        Read::There(_)
    );
    let document = doc! { "_id": "a", "session": TEXT };
    let Read::There(record) = read(&text.store, &text.documents, &document).await else {
        unreachable!()
    };
    // As that package does, the first read gives it an end.
    let now = SystemClock.now();
    assert!(record.expires_at < now + Duration::from_secs(60));
    let touched = text
        .store
        .touch(&ExpressSid::new("a"), now + Duration::from_secs(3600), now)
        .await;
    assert!(touched.unwrap());
    let document = text.documents.find_one(doc! { "_id": "a" }).await.unwrap().unwrap();
    assert!(document.get_datetime("expires").unwrap() > &DateTime::now());
}

#[tokio::test]
async fn an_end_of_null_is_none_for_one_and_nothing_for_the_other() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    let document = doc! { "_id": "a", "session": session(), "expires": Bson::Null };
    is!(
        read(&embedded.store, &embedded.documents, &document).await,
        Read::There(_)
    );
    let document = doc! { "_id": "a", "session": TEXT, "expires": Bson::Null };
    is!(read(&text.store, &text.documents, &document).await, Read::Absent);
}

/// connect-mongodb-session deletes such a session; connect-mongo never finds it.
#[tokio::test]
async fn an_end_that_is_no_date_is_an_error_or_nothing() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    let soon = in_an_hour();
    for (id, end) in [
        ("a", Bson::String(soon.try_to_rfc3339_string().unwrap())),
        ("b", Bson::Int64(soon.timestamp_millis() / 1000)),
        ("c", Bson::Boolean(true)),
    ] {
        let document = doc! { "_id": id, "session": session(), "expires": end.clone() };
        is!(
            read(&embedded.store, &embedded.documents, &document).await,
            Read::Unreadable
        );
        let document = doc! { "_id": id, "session": TEXT, "expires": end };
        is!(read(&text.store, &text.documents, &document).await, Read::Absent);
    }
}

#[tokio::test]
async fn what_has_ended_is_not_there_and_not_removed() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    // For the store, and not for the server, which would remove it.
    let (end, later) = (in_an_hour(), SystemClock.now() + Duration::from_secs(7200));
    let document = doc! { "_id": "a", "session": session(), "expires": end };
    is!(
        read_at(&embedded.store, &embedded.documents, &document, later).await,
        Read::Absent
    );
    let document = doc! { "_id": "a", "session": TEXT, "expires": end };
    is!(
        read_at(&text.store, &text.documents, &document, later).await,
        Read::Absent
    );
    let touched = text
        .store
        .touch(&ExpressSid::new("a"), later + Duration::from_secs(60), later)
        .await;
    assert!(!touched.unwrap(), "nor does it come back");
}

#[tokio::test]
async fn the_form_of_the_other_package_is_an_error() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    for (id, session) in [
        ("a", Bson::String(TEXT.to_owned())),
        ("b", Bson::Int32(7)),
        ("c", Bson::Array(Vec::new())),
    ] {
        let document = doc! { "_id": id, "session": session, "expires": in_an_hour() };
        is!(
            read(&embedded.store, &embedded.documents, &document).await,
            Read::Unreadable
        );
    }
    for (id, session) in [
        ("a", Bson::Document(session())),
        ("b", Bson::Int32(7)),
        ("c", Bson::Null),
    ] {
        let document = doc! { "_id": id, "session": session, "expires": in_an_hour() };
        is!(read(&text.store, &text.documents, &document).await, Read::Unreadable);
    }
}

#[tokio::test]
async fn a_document_without_a_session_is_none_for_one_and_an_error_for_the_other() {
    let (embedded, text) = (mongodb_session(URL).await, connect_mongo(URL).await);
    let document = doc! { "_id": "a", "expires": in_an_hour() };
    is!(
        read(&embedded.store, &embedded.documents, &document).await,
        Read::Absent
    );
    is!(read(&text.store, &text.documents, &document).await, Read::Unreadable);
}
