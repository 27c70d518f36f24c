//! Users who may do little.

use session_core::{Created, Deleted, Rotated, Store, Touch, Touched, Updated};
use session_store_sql::SqlConnectError;

use crate::support::client::Client;
use crate::support::engine::{Engine, Settings};
use crate::support::session::{END, NOW, counting, new_key, new_owner, owned, rotation};
use crate::support::{variable, with_parameter};
use crate::{SECRET, refused};

on_each_engine! {
    the_rights_in_the_file_are_enough
    each_of_the_rights_in_the_file_is_asked_for
    a_user_who_may_make_no_tables_is_told_what_to_do
}

/// Tables, and a user without rights on them.
async fn user<E: Engine>() -> (Settings, Client<E>, String) {
    let owners = Settings::shared::<E>();
    drop(owners.connect::<E>().await);
    let user = format!("{}_user", owners.table);
    let mut admin = Client::<E>::admin().await;
    admin.tell(&E::create_user(&user, SECRET)).await;
    let url = variable(E::URL);
    let (_, place) = url.split_once('@').unwrap();
    let url = with_parameter(&format!("{}://{user}:{SECRET}@{place}", E::SCHEME), E::UNENCRYPTED);
    (Settings { url, ..owners }, admin, user)
}

/// The statements of the file, one each.
fn grants<E: Engine>(settings: &Settings, user: &str) -> Vec<String> {
    let lines = E::GRANTS.lines().filter(|line| !line.starts_with("--"));
    let sql = lines.collect::<String>().replace("session_kit", &settings.table);
    let sql = sql.replace("shop", user);
    let statements = sql.split(';').filter(|statement| !statement.trim().is_empty());
    statements.map(str::to_owned).collect()
}

async fn grant<E: Engine>(admin: &mut Client<E>, settings: &Settings, user: &str) {
    for statement in grants::<E>(settings, user) {
        admin.tell(&statement).await;
    }
}

async fn the_rights_in_the_file_are_enough<E: Engine>() {
    let (settings, mut admin, user) = user::<E>().await;
    grant(&mut admin, &settings, &user).await;
    for migrates in [true, false] {
        let settings = Settings {
            migrates,
            ..settings.clone()
        };
        do_everything(&*settings.connect::<E>().await).await;
    }
    admin.tell(&E::drop_user(&user)).await;
}

async fn do_everything(store: &dyn Store) {
    let owner = new_owner();
    let (first, second, third) = (counting(0), counting(1), owned(counting(2), &owner));
    let (key, turned) = (new_key(), new_key());
    assert_eq!(store.create(&key, &first, None, NOW).await.unwrap(), Created::Created);
    let updated = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert_eq!(updated, Updated::Applied);
    let touch = Touch {
        expected: second.revision,
        last_seen_at: NOW,
        expires_at: END,
    };
    assert_eq!(store.touch(&key, &touch, NOW).await.unwrap(), Touched::Touched);
    let stale = store.update(&key, &second, first.revision, NOW).await.unwrap();
    assert!(matches!(stale, Updated::Conflict(_)), "{stale:?}");
    let mut rotation = rotation(&key, &turned, second.revision, &third);
    rotation.signs_in = Some(NOW);
    assert_eq!(store.rotate(&rotation, NOW).await.unwrap(), Rotated::Applied);
    let signed_in = store.create(&new_key(), &third, Some(NOW), NOW).await.unwrap();
    assert_eq!(signed_in, Created::Created);
    assert_eq!(store.sessions_of(&owner, NOW).await.unwrap().len(), 2);
    assert_eq!(store.delete(&key, NOW).await.unwrap(), Deleted::Deleted);
    assert_eq!(store.delete_sessions_of(&owner, None, NOW).await.unwrap(), 1);
    assert!(store.delete_expired(10, END).await.unwrap() > 0);
    store.clear().await.unwrap();
    assert_eq!(store.count(NOW).await.unwrap(), 0);
}

/// Without any one of them the store does not even start, and a visitor finds nothing out.
async fn each_of_the_rights_in_the_file_is_asked_for<E: Engine>() {
    let (settings, mut admin, user) = user::<E>().await;
    grant(&mut admin, &settings, &user).await;
    let mut tried = 0;
    for statement in grants::<E>(&settings, &user) {
        let (rights, place) = statement.split_once(" ON ").unwrap();
        for right in rights.trim_start_matches("GRANT ").split(", ") {
            let place = place.replace(" TO ", " FROM ");
            admin.tell(&format!("REVOKE {right} ON {place}")).await;
            let connected = E::connect(settings.clone()).await;
            assert!(connected.is_err(), "nobody asks for {right} ON {place}");
            let words = ["the rights in schema/", "grants.sql", settings.table.as_str()];
            let error = refused(connected, &words);
            assert!(matches!(error, SqlConnectError::Refused { .. }));
            grant(&mut admin, &settings, &user).await;
            tried += 1;
        }
    }
    assert_eq!(tried, 9);
    assert!(E::connect(settings).await.is_ok());
    admin.tell(&E::drop_user(&user)).await;
}

async fn a_user_who_may_make_no_tables_is_told_what_to_do<E: Engine>() {
    let (settings, mut admin, user) = user::<E>().await;
    grant(&mut admin, &settings, &user).await;
    let settings = Settings {
        table: format!("{}_x", settings.table),
        ..settings
    };
    let table = settings.table.as_str();
    let words = ["right", "grants.sql", table];
    refused(E::connect(settings.clone()).await, &words);
    admin.tell(&E::drop_user(&user)).await;
}
