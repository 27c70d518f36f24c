//! URLs that lead nowhere, or not in.

use session_store_sql::SqlConnectError;
use tokio::net::TcpListener;
use tokio::time::{Duration, Instant};

use crate::support::engine::{Engine, Settings};
use crate::support::{variable, with_parameter};
use crate::{SECRET, refused};

on_each_engine! {
    a_url_of_another_kind_is_told_the_form
    a_port_where_nobody_is_is_refused_at_once
    a_server_that_says_nothing_is_waited_for_until_the_limit
    a_wrong_password_is_told_and_not_shown
    a_database_that_is_not_there_is_told
    names_that_need_quotes_are_refused_before_anything_is_sent
    a_server_whose_authority_is_unknown_is_refused
    a_server_of_another_name_is_refused
    an_address_of_ipv6_is_understood
}

async fn a_url_of_another_kind_is_told_the_form<E: Engine>() {
    for url in [
        format!("redis://session:{SECRET}@127.0.0.1/0"),
        format!("session:{SECRET}@127.0.0.1"),
        format!("{}://session:{SECRET}@127.0.0.1:port/session", E::SCHEME),
        String::new(),
    ] {
        let form = format!("needs the form {}://user:password@host:port/database", E::SCHEME);
        let error = refused(E::connect(Settings::at(url)).await, &[&form]);
        assert!(matches!(error, SqlConnectError::Url { .. }));
    }
}

/// As another user, or with another password.
fn as_user<E: Engine>(user: &str) -> String {
    let url = variable(E::URL);
    let (_, place) = url.split_once('@').unwrap();
    with_parameter(&format!("{}://{user}@{place}", E::SCHEME), E::UNENCRYPTED)
}

/// At another address.
fn at_address<E: Engine>(address: &str) -> String {
    let url = format!("{}://session:{SECRET}@{address}/session", E::SCHEME);
    with_parameter(&url, E::UNENCRYPTED)
}

async fn a_port_where_nobody_is_is_refused_at_once<E: Engine>() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let begin = Instant::now();
    let error = refused(
        E::connect(Settings::at(at_address::<E>(&address))).await,
        &["the database can't be reached", "refused"],
    );
    assert!(matches!(error, SqlConnectError::Unreachable(_)));
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

async fn a_server_that_says_nothing_is_waited_for_until_the_limit<E: Engine>() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let settings = Settings {
        connect_timeout: Duration::from_millis(300),
        ..Settings::at(at_address::<E>(&address))
    };
    let begin = Instant::now();
    refused(E::connect(settings).await, &["could be opened within 300ms"]);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

async fn a_wrong_password_is_told_and_not_shown<E: Engine>() {
    for user in [format!("session:{SECRET}"), format!("nobody:{SECRET}")] {
        let connected = E::connect(Settings::at(as_user::<E>(&user))).await;
        let error = refused(connected, &["another user or password"]);
        assert!(matches!(error, SqlConnectError::Refused { .. }));
    }
}

async fn a_database_that_is_not_there_is_told<E: Engine>() {
    let url = variable(E::ADMIN_URL);
    let (server, _) = url.rsplit_once('/').unwrap();
    let url = with_parameter(&format!("{server}/nowhere"), E::UNENCRYPTED);
    refused(
        E::connect(Settings::at(url)).await,
        &["a database that is there", "nowhere"],
    );
}

async fn names_that_need_quotes_are_refused_before_anything_is_sent<E: Engine>() {
    for table in [
        "",
        "a\"b",
        "a`b",
        "a'b; DROP TABLE a",
        "Session",
        "a.b",
        "1a",
        &"a".repeat(41),
    ] {
        let settings = Settings {
            table: table.to_owned(),
            // Where nobody is.
            ..Settings::at(at_address::<E>("127.0.0.1:1"))
        };
        let error = refused(
            E::connect(settings).await,
            &["the table `", "needs 1 to 40 of the characters a-z 0-9 _"],
        );
        assert!(matches!(error, SqlConnectError::Name(_)));
    }
}

/// The machine does not know the authority of the tests, unless it is told.
async fn a_server_whose_authority_is_unknown_is_refused<E: Engine>() {
    let url = with_parameter(&variable(E::URL), E::VERIFIED);
    let error = refused(E::connect(Settings::at(&url)).await, &["certificate", "UnknownIssuer"]);
    assert!(matches!(error, SqlConnectError::Unreachable(_)));
    let url = with_parameter(&url, &E::authority());
    E::connect(Settings::at(url)).await.unwrap();
}

/// Of IPv6; it leads to 127.0.0.1.
fn at_another_address<E: Engine>() -> String {
    variable(E::URL).replace("127.0.0.1", "[::ffff:127.0.0.1]")
}

async fn an_address_of_ipv6_is_understood<E: Engine>() {
    E::connect(Settings::at(at_another_address::<E>())).await.unwrap();
}

/// It has a certificate for 127.0.0.1 only.
async fn a_server_of_another_name_is_refused<E: Engine>() {
    let url = at_another_address::<E>();
    let url = with_parameter(&with_parameter(&url, E::VERIFIED), &E::authority());
    let error = refused(
        E::connect(Settings::at(url)).await,
        &["certificate", "not valid for name"],
    );
    assert!(matches!(error, SqlConnectError::Unreachable(_)));
}
