//! The MongoDB session store of `session-kit`.

mod connect;
mod connect_error;
mod deadline;
mod document;
mod failure;
mod given;
mod indexes;
mod limits;
mod moments;
mod names;
mod owners;
mod rotation;
mod sessions;
mod settings;
mod statements;
mod store;
mod upkeep;

pub use connect_error::MongoConnectError;
pub use settings::MongoStoreBuilder;
pub use store::MongoStore;
