//! MySQL and MariaDB.

mod engine;
mod inline;
mod owners;
mod refusal;
mod rotation;
mod schema;
mod server;
mod sessions;
mod settings;
mod several;
mod statements;
mod store;
mod upkeep;

pub use settings::MySqlStoreBuilder;
pub use store::MySqlStore;
