//! A connection beside the store's: to look at what is stored, and to be in the way.

use std::fmt::Display;
use std::str::FromStr;

use super::engine::Engine;
use super::variable;

pub(crate) struct Client<E: Engine>(E::Connection);

impl<E: Engine> Client<E> {
    /// Of the user who may do everything, on the server that all tests share.
    pub(crate) async fn admin() -> Self {
        Self::connect(&variable(E::ADMIN_URL)).await
    }

    /// Of the user who owns the database, on the server that all tests share.
    pub(crate) async fn user() -> Self {
        Self::connect(&variable(E::URL)).await
    }

    pub(crate) async fn connect(url: &str) -> Self {
        Self(<E::Connection as sqlx::Connection>::connect(url).await.unwrap())
    }

    pub(crate) async fn try_ask(&mut self, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        E::ask(&mut self.0, sql).await
    }

    /// The first column of the rows, as texts.
    pub(crate) async fn ask(&mut self, sql: &str) -> Vec<String> {
        let rows = self.try_ask(sql).await;
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn tell(&mut self, sql: &str) {
        self.ask(sql).await;
    }

    /// The one value that is answered.
    pub(crate) async fn value<T: FromStr<Err: Display>>(&mut self, sql: &str) -> T {
        let rows = self.ask(sql).await;
        let [value] = rows.as_slice() else {
            panic!("{sql}: {rows:?}");
        };
        value.parse().unwrap_or_else(|error| panic!("{sql}: {value}: {error}"))
    }
}
