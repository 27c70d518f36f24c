//! The Redis and Valkey session store of `session-kit`.

mod address;
mod answer;
#[cfg(test)]
mod any_input;
mod cluster;
mod connect_error;
mod connection;
mod failure;
mod given;
mod keys;
mod near_cache;
mod number_of_thread;
mod owners;
mod rotation;
mod script;
mod sentinel;
mod server;
mod server_info;
mod servers;
mod sessions;
mod settings;
mod slots;
mod store;
mod surrounded;
mod tls;
mod upkeep;
mod value;

pub use address::InvalidUrl;
pub use connect_error::ConnectError;
pub use near_cache::NearCacheSettings;
pub use settings::RedisStoreBuilder;
pub use store::RedisStore;
