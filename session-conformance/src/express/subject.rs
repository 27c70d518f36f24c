//! What is tested.

use std::time::Duration;

use session_core::ExpressStore;

/// A store, and a way past it to what an Express app would write and see.
pub trait Subject: Send + Sync + 'static {
    /// The store's type.
    type Store: ExpressStore + Clone;

    /// The store.
    fn store(&self) -> Self::Store;

    /// Puts `text` where the package keeps the session `sid`, whatever it is, to live for an hour. Text that is no JSON, or no
    /// object, becomes what the package would never write. Where there is room for what neither package nor store knows, such
    /// as a field of another name, something is put there, too.
    fn write(&self, sid: &str, text: &str) -> impl Future<Output = ()> + Send;

    /// Removes the session, as the package does.
    fn remove(&self, sid: &str) -> impl Future<Output = ()> + Send;

    /// Takes its end away from the session, as an app may that wants it to live for ever.
    fn persist(&self, sid: &str) -> impl Future<Output = ()> + Send;

    /// Lets the session come to its end, as time does.
    fn end(&self, sid: &str) -> impl Future<Output = ()> + Send;

    /// What is there, as JSON where it is such; `None`: nothing.
    fn read(&self, sid: &str) -> impl Future<Output = Option<String>> + Send;

    /// What [`write`](Self::write) has put beside the session; `None`: there is no room, or nothing there.
    fn beside(&self, sid: &str) -> impl Future<Output = Option<String>> + Send;

    /// For how long what is there lives; [`Duration::MAX`]: it has no end.
    fn left(&self, sid: &str) -> impl Future<Output = Duration> + Send;

    /// How many sessions are there.
    fn count(&self) -> impl Future<Output = u64> + Send;

    /// Whether the package keeps text, which can hold what no document can.
    fn keeps_text(&self) -> bool;
}
