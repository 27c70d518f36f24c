//! Which connection a thread uses.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static NUMBER: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed));
}

/// A number of this thread's own: 0, 1, 2, .. in the order in which threads first asked.
///
/// The threads of a runtime start together, so that the remainders by their number differ.
pub(crate) fn number_of_thread() -> usize {
    NUMBER.with(Cell::get)
}
