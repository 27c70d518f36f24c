//! Sessions that are known by their numbers, in some store.

/// Keeps sessions of five values.
pub(crate) trait Sessions: Send + Sync + 'static {
    /// Files a new one; answers whether there was room.
    fn create(&self, number: usize) -> impl Future<Output = bool> + Send;

    /// Reads one, and asserts that it is the right one.
    fn read(&self, number: usize) -> impl Future<Output = ()> + Send;

    /// Reads one, and puts it back under its next revision, if it has such.
    fn write(&self, number: usize) -> impl Future<Output = ()> + Send;
}
