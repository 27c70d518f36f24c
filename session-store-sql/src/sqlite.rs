//! SQLite.

mod engine;
mod file;
mod owners;
mod rotation;
mod schema;
mod sessions;
mod settings;
mod several;
mod statements;
mod store;
mod upkeep;

pub use settings::SqliteStoreBuilder;
pub use store::SqliteStore;
