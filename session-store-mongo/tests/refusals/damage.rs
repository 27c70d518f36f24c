//! Documents that are not what the store has written.

use mongodb::Collection;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Document, Timestamp, doc};
use session_core::{
    Created, Deleted, Loaded, Owner, Record, Rotated, Store as _, StoreError, StoreKey, Touch, Touched, Updated,
};
use session_store_mongo::MongoStore;

use crate::support::session::{END, NOW, counting, create, found, new_key, new_owner, new_revision, owned, rotation};
use crate::support::{collection, documents, dump, variable};
use crate::{at, says};

/// A store, and its documents.
async fn store() -> (MongoStore, Collection<Document>) {
    let (url, name) = (variable("SESSION_KIT_MONGO_URL"), collection());
    let store = at(&url).collection(&name).connect().await.unwrap();
    (store, documents(&url, &name).await)
}

fn id(key: &StoreKey) -> Document {
    doc! { "_id": binary(key.as_bytes()) }
}

fn binary(bytes: &[u8]) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_vec(),
    }
}

/// A field, and what is not in its place.
fn damages() -> Vec<(&'static str, Option<Bson>)> {
    let uuid = Binary {
        subtype: BinarySubtype::Uuid,
        bytes: vec![7; 16],
    };
    let before_1970 = DateTime::from_millis(-1);
    vec![
        ("revision", Some(7_i32.into())),
        ("revision", Some("7".into())),
        ("revision", Some(Bson::Null)),
        ("created", None),
        ("created", Some(7_i64.into())),
        ("created", Some(before_1970.into())),
        ("lastSeen", None),
        ("lastSeen", Some("today".into())),
        ("expires", None),
        ("expires", Some("tomorrow".into())),
        ("expires", Some(4_000_000_000_000_i64.into())),
        ("expires", Some(before_1970.into())),
        (
            "expires",
            Some(
                Timestamp {
                    time: 4_000_000_000,
                    increment: 1,
                }
                .into(),
            ),
        ),
        ("owner", Some(7.into())),
        ("owner", Some("".into())),
        ("owner", Some("a".repeat(256).into())),
        ("data", None),
        ("data", Some("text".into())),
        ("data", Some(doc! { "user": "ann" }.into())),
        ("data", Some(uuid.into())),
    ]
}

async fn damage(documents: &Collection<Document>, key: &StoreKey, field: &str, value: Option<&Bson>) {
    let damage = match value {
        Some(value) => doc! { "$set": { field: value } },
        None => doc! { "$unset": { field: "" } },
    };
    let damaged = documents.update_one(id(key), damage).await.unwrap();
    assert_eq!(damaged.modified_count, 1);
}

#[tokio::test]
async fn a_damaged_session_is_corrupt_and_stays_as_it_is() {
    let (store, documents) = store().await;
    let sound = counting(1);
    let sound_key = create(&store, &sound).await;
    for (field, value) in damages() {
        let (known, owner) = (counting(1), new_owner());
        let key = create(&store, &owned(known.clone(), &owner)).await;
        damage(&documents, &key, field, value.as_ref()).await;
        let before = dump(&documents).await;
        let error = store.load(&key, NOW).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "{field}: {error:?}");
        says(&error, &[&format!("field `{field}` holds"), "needs"]);
        // Whoever has another revision.
        let new = new_key();
        let other = new_revision();
        let next = owned(counting(2), &owner);
        let updated = store.update(&key, &next, other, NOW).await;
        assert!(matches!(updated, Err(StoreError::Corrupt(_))), "{field}: {updated:?}");
        let rotated = store.rotate(&rotation(&key, &new, other, &next), NOW).await;
        assert!(matches!(rotated, Err(StoreError::Corrupt(_))), "{field}: {rotated:?}");
        assert_eq!(store.create(&key, &next, None, NOW).await.unwrap(), Created::Taken);
        assert_eq!(store.create(&key, &next, Some(NOW), NOW).await.unwrap(), Created::Taken);
        assert_eq!(store.load(&new, NOW).await.unwrap(), Loaded::Absent);
        assert_eq!(dump(&documents).await, before, "{field}: {value:?}");
        assert_eq!(found(&store, &sound_key).await, sound);
    }
}

/// Where the revision or the end is damaged, also whoever has the right revision.
#[tokio::test]
async fn a_session_whose_end_can_not_be_read_is_touched_by_nobody() {
    let (store, documents) = store().await;
    for (field, value) in damages() {
        if !["revision", "expires"].contains(&field) {
            continue;
        }
        let (known, next, new) = (counting(1), counting(2), new_key());
        let key = create(&store, &known).await;
        damage(&documents, &key, field, value.as_ref()).await;
        let before = dump(&documents).await;
        let touch = Touch {
            expected: known.revision,
            last_seen_at: NOW,
            expires_at: END,
        };
        for (operation, refused) in [
            ("update", store.update(&key, &next, known.revision, NOW).await.err()),
            ("touch", store.touch(&key, &touch, NOW).await.err()),
            (
                "rotate",
                store
                    .rotate(&rotation(&key, &new, known.revision, &next), NOW)
                    .await
                    .err(),
            ),
            ("delete", store.delete(&key, NOW).await.err()),
        ] {
            let is_corrupt = matches!(refused, Some(StoreError::Corrupt(_)));
            assert!(is_corrupt, "{operation}, {field} {value:?}: {refused:?}");
        }
        assert_eq!(dump(&documents).await, before, "{field}: {value:?}");
    }
}

/// Nothing else is needed to end it.
#[tokio::test]
async fn a_damaged_session_whose_end_can_be_read_can_be_ended() {
    let (store, documents) = store().await;
    for (field, value) in damages() {
        if ["revision", "expires"].contains(&field) {
            continue;
        }
        let key = create(&store, &counting(1)).await;
        damage(&documents, &key, field, value.as_ref()).await;
        assert_eq!(
            store.delete(&key, NOW).await.unwrap(),
            Deleted::Deleted,
            "{field}: {value:?}"
        );
        assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
    }
}

#[tokio::test]
async fn a_damaged_mark_is_corrupt_and_stays_as_it_is() {
    for (field, value) in [
        ("successor", Some(Bson::from("there"))),
        ("successor", Some(binary(&[7; 31]).into())),
        ("expires", None),
        ("expires", Some("tomorrow".into())),
        ("expires", Some(DateTime::from_millis(-1).into())),
    ] {
        let (store, documents) = store().await;
        let (known, next, new) = (counting(1), counting(2), new_key());
        let old = create(&store, &known).await;
        let rotated = store.rotate(&rotation(&old, &new, known.revision, &next), NOW).await;
        assert_eq!(rotated.unwrap(), Rotated::Applied);
        damage(&documents, &old, field, value.as_ref()).await;
        let before = dump(&documents).await;
        let touch = Touch {
            expected: known.revision,
            last_seen_at: NOW,
            expires_at: END,
        };
        let third = new_key();
        for (operation, refused) in [
            ("load", store.load(&old, NOW).await.err()),
            ("update", store.update(&old, &next, known.revision, NOW).await.err()),
            ("touch", store.touch(&old, &touch, NOW).await.err()),
            (
                "rotate",
                store
                    .rotate(&rotation(&old, &third, known.revision, &next), NOW)
                    .await
                    .err(),
            ),
            ("delete", store.delete(&old, NOW).await.err()),
        ] {
            let is_corrupt = matches!(refused, Some(StoreError::Corrupt(_)));
            assert!(is_corrupt, "{operation}, {field} {value:?}: {refused:?}");
        }
        assert_eq!(dump(&documents).await, before, "{field}: {value:?}");
        assert_eq!(found(&store, &new).await, next);
    }
}

/// Of an owner who has two more, one of which was rotated.
async fn three_of(store: &MongoStore, owner: &Owner) -> (StoreKey, [StoreKey; 2]) {
    let record = owned(counting(1), owner);
    let (damaged, sound, old) = (
        create(store, &record).await,
        create(store, &record).await,
        create(store, &record).await,
    );
    let new = new_key();
    let rotated = store.rotate(&rotation(&old, &new, record.revision, &record), NOW).await;
    assert_eq!(rotated.unwrap(), Rotated::Applied);
    (damaged, [sound, new])
}

#[tokio::test]
async fn the_other_sessions_of_an_owner_are_listed_and_ended() {
    let (store, documents) = store().await;
    for (field, value) in damages() {
        // Then nobody knows whose it is.
        if field == "owner" {
            continue;
        }
        let owner = new_owner();
        let (damaged, others) = three_of(&store, &owner).await;
        damage(&documents, &damaged, field, value.as_ref()).await;
        let listed = store.sessions_of(&owner, NOW).await.unwrap();
        for key in others {
            assert!(listed.iter().any(|listed| listed.key == key), "{field}: {value:?}");
        }
        let ended = store.delete_sessions_of(&owner, None, NOW).await.unwrap();
        // It ends with them, if its end can be read.
        let document = documents.find_one(id(&damaged)).await.unwrap().unwrap();
        let is_ended = document.contains_key("deleted");
        assert_eq!(
            is_ended,
            !["revision", "expires"].contains(&field),
            "{field}: {value:?}"
        );
        assert_eq!(ended, if is_ended { 3 } else { 2 });
        for key in others {
            assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
        }
        let loaded = store.load(&damaged, NOW).await;
        assert!(!matches!(loaded, Ok(Loaded::Found(_) | Loaded::Moved(_))), "{loaded:?}");
    }
}

/// Somebody else's, with a field of that name.
#[tokio::test]
async fn a_foreign_document_with_an_owner_is_neither_listed_nor_ended() {
    let (store, documents) = store().await;
    let owner = new_owner();
    let (first, others) = three_of(&store, &owner).await;
    let name = owner.as_str();
    let foreign = [
        doc! { "_id": 7, "owner": name, "cart": ["a"] },
        doc! { "_id": 8, "owner": name, "revision": 7_i64, "expires": DateTime::from_millis(4_000_000_000_000) },
        doc! { "_id": "cut-off", "owner": name, "successor": binary(&[7; 32]) },
        doc! { "_id": binary(&[7; 20]), "owner": name, "revision": 7_i64 },
        doc! { "_id": binary(&[8; 32]), "owner": name, "revision": "a" },
    ];
    documents.insert_many(&foreign).await.unwrap();
    assert_eq!(store.sessions_of(&owner, NOW).await.unwrap().len(), 3);
    assert_eq!(store.delete_sessions_of(&owner, None, NOW).await.unwrap(), 3);
    for document in foreign {
        let id = document.get("_id").unwrap();
        let there = documents.find_one(doc! { "_id": id }).await.unwrap();
        assert_eq!(there, Some(document));
    }
    for key in others.iter().chain([&first]) {
        assert_eq!(store.load(key, NOW).await.unwrap(), Loaded::Absent);
    }
}

/// A payload is nobody's business but core's.
#[tokio::test]
async fn a_payload_is_not_looked_into() {
    let (store, _) = store().await;
    for payload in [&b""[..], b"\0\xff{not json", &[0; 300]] {
        let record = Record {
            payload: payload.into(),
            ..counting(0)
        };
        let key = create(&store, &record).await;
        assert_eq!(found(&store, &key).await, record);
        let touch = Touch {
            expected: record.revision,
            last_seen_at: NOW,
            expires_at: END,
        };
        assert_eq!(store.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
        let updated = store.update(&key, &counting(0), record.revision, NOW).await.unwrap();
        assert_eq!(updated, Updated::Applied);
    }
}
