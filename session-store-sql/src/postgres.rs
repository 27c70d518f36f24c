//! PostgreSQL.

mod engine;
mod inline;
mod owners;
mod refusal;
mod rotation;
mod schema;
mod sessions;
mod settings;
mod several;
mod statements;
mod store;
mod upkeep;

pub use settings::PostgresStoreBuilder;
pub use store::PostgresStore;
