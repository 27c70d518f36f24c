//! Rows that are not what the store has written.

use session_core::{Loaded, Store, StoreError};

use crate::says;
use crate::support::client::Client;
use crate::support::engine::{Engine, Settings};
use crate::support::session::{NOW, counting, create, found, new_owner, owned};

on_each_engine! {
    a_damaged_row_is_corrupt_for_its_session_alone
    a_damaged_row_in_a_list_is_corrupt_for_its_owner_alone
}

async fn a_damaged_row_is_corrupt_for_its_session_alone<E: Engine>() {
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    let mut client = Client::<E>::user().await;
    for (damage, word) in E::DAMAGES {
        let record = counting(5);
        let (damaged, sound) = (create(&store, &record).await, create(&store, &record).await);
        let (table, key) = (&settings.table, E::key(&damaged));
        client
            .tell(&format!("UPDATE {table} SET {damage} WHERE id = {key}"))
            .await;
        let error = store.load(&damaged, NOW).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "{damage}: {error:?}");
        says(&error, &[word]);
        assert_eq!(found(&store, &sound).await, record);
        // A change that expects what was never there is told the same, and does nothing.
        let error = store.update(&damaged, &counting(6), counting(0).revision, NOW).await;
        assert!(
            !matches!(error, Ok(session_core::Updated::Applied)),
            "{damage}: {error:?}"
        );
        let is_as_it_was = format!(
            "SELECT count(*) FROM {table} WHERE id = {key} AND revision = {}",
            revision(&record)
        );
        assert_eq!(client.value::<u64>(&is_as_it_was).await, 1, "{damage}");
        // It can be removed, or ends by itself.
        let _deleted = store.delete(&damaged, NOW).await.unwrap();
    }
}

/// As it is stored.
fn revision(record: &session_core::Record) -> i64 {
    record.revision.as_u64().cast_signed()
}

async fn a_damaged_row_in_a_list_is_corrupt_for_its_owner_alone<E: Engine>() {
    let settings = Settings::shared::<E>();
    let store = settings.connect::<E>().await;
    let (ann, ben) = (new_owner(), new_owner());
    let key = create(&store, &owned(counting(0), &ann)).await;
    create(&store, &owned(counting(0), &ben)).await;
    let mut client = Client::<E>::user().await;
    let damage = format!(
        "UPDATE {} SET created_at = -1 WHERE id = {}",
        settings.table,
        E::key(&key)
    );
    client.tell(&damage).await;
    let error = store.sessions_of(&ann, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert_eq!(store.sessions_of(&ben, NOW).await.unwrap().len(), 1);
    // Signing out everywhere does not depend on what can be read.
    assert_eq!(store.delete_sessions_of(&ann, None, NOW).await.unwrap(), 1);
    assert_eq!(store.load(&key, NOW).await.unwrap(), Loaded::Absent);
}
