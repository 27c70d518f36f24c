//! What is stored, and what is told of it.

use session_core::{Loaded, Rotated, Store as _, StoreError};

use super::support::{chain, mysql};
use super::{NOW, create, key, record, rotation};

#[tokio::test]
async fn sixteen_mebibytes_come_back_and_one_byte_more_is_refused() {
    let store = mysql().connect().await.unwrap();
    let limit = 16 * 1024 * 1024;
    let whole = record(limit);
    create(&store, &key(1), &whole).await;
    let Loaded::Found(loaded) = store.load(&key(1), NOW).await.unwrap() else {
        panic!("it was filed");
    };
    assert_eq!(loaded, whole);
    let rotated = record(limit);
    let (old, new) = (key(1), key(2));
    assert_eq!(
        store.rotate(&rotation(&old, &new, &rotated), NOW).await.unwrap(),
        Rotated::Applied
    );
    let Loaded::Found(loaded) = store.load(&key(2), NOW).await.unwrap() else {
        panic!("it was rotated");
    };
    assert_eq!(loaded.payload.len(), limit);
    let error = store.create(&key(3), &record(limit + 1), None, NOW).await.unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { limit: most, .. } if most == limit),
        "{error:?}"
    );
}

/// Core never does that. What the server says of it has the key in it.
#[tokio::test]
async fn a_key_that_is_taken_is_not_shown() {
    let store = mysql().connect().await.unwrap();
    for byte in [b'a', b'b'] {
        create(&store, &key(byte), &record(1)).await;
    }
    let (old, new) = (key(b'a'), key(b'b'));
    let error = store.rotate(&rotation(&old, &new, &record(1)), NOW).await.unwrap_err();
    let told = format!("{} {error:?}", chain(&error));
    assert!(told.contains("a row with this key") && !told.contains("bbb"), "{told}");
}
