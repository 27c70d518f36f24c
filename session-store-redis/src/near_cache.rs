//! Loads from the memory of this process, kept true by the server.

mod entries;
mod settings;
mod tracking;

pub(crate) use entries::Entries as NearCache;
pub use settings::NearCacheSettings;
pub(crate) use tracking::keep_proving;
