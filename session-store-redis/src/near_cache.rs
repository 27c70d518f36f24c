//! Loads from the memory of this process, kept true by the server.

mod entries;
mod forgetting;
mod settings;
mod tracking;

pub(crate) use entries::Entries as NearCache;
pub(crate) use forgetting::Forgetting;
pub use settings::NearCacheSettings;
pub(crate) use tracking::keep_proving;
