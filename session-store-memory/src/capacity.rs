//! How much there is room for, and how much of it is taken.

use std::sync::atomic::{AtomicUsize, Ordering};

use session_core::{Record, StoreError};

/// What a session takes besides its payload: its slot, its share of the tables, and the payload's own header, with the
/// room to grow that tables keep.
pub(crate) const SESSION_BYTES: usize = 192;

/// What an owner adds besides the name: its place in the user index, and the name's own header.
pub(crate) const OWNER_BYTES: usize = 128;

/// The memory that a session is counted with.
pub(crate) fn cost_of(record: &Record) -> usize {
    let owner = record
        .owner
        .as_ref()
        .map_or(0, |owner| OWNER_BYTES + owner.as_str().len());
    SESSION_BYTES + owner + record.payload.len()
}

/// Counts sessions and bytes against their limits.
///
/// The numbers guard no other memory, so relaxed ordering is enough. Room is taken before a session is filed and given
/// back after it is removed: what is held is never more than what is counted. On cache lines of its own.
#[repr(align(128))]
pub(crate) struct Capacity {
    max_sessions: usize,
    max_bytes: usize,
    sessions: AtomicUsize,
    bytes: AtomicUsize,
}

impl Capacity {
    pub(crate) const fn new(max_sessions: usize, max_bytes: usize) -> Self {
        Self {
            max_sessions,
            max_bytes,
            sessions: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Refuses what would not fit into an empty store either, so that nothing is evicted for it in vain.
    pub(crate) const fn admit(&self, bytes: usize) -> Result<(), StoreError> {
        if bytes > self.max_bytes {
            return Err(StoreError::TooLarge {
                bytes,
                limit: self.max_bytes,
            });
        }
        Ok(())
    }

    /// Takes room for one more session of `bytes`, or none.
    pub(crate) fn reserve(&self, bytes: usize) -> bool {
        if !take(&self.sessions, 1, self.max_sessions) {
            return false;
        }
        let fits = take(&self.bytes, bytes, self.max_bytes);
        if !fits {
            self.release(1, 0);
        }
        fits
    }

    /// Takes the room that a session of `before` bytes needs to have `after`, or none. Shrinking always fits.
    pub(crate) fn resize(&self, before: usize, after: usize) -> bool {
        match after.checked_sub(before) {
            // Most writes: no need to meet the others at the counter.
            Some(0) => true,
            Some(more) => take(&self.bytes, more, self.max_bytes),
            None => {
                self.release(0, before - after);
                true
            }
        }
    }

    /// Gives room back.
    pub(crate) fn release(&self, sessions: usize, bytes: usize) {
        self.sessions.fetch_sub(sessions, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) const fn max_sessions(&self) -> usize {
        self.max_sessions
    }

    pub(crate) const fn max_bytes(&self) -> usize {
        self.max_bytes
    }
}

fn take(counter: &AtomicUsize, more: usize, limit: usize) -> bool {
    let added = |taken: usize| taken.checked_add(more).filter(|sum| *sum <= limit);
    counter
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, added)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_reservation_takes_nothing() {
        let capacity = Capacity::new(2, 100);
        assert!(capacity.reserve(60));
        assert!(!capacity.reserve(41));
        assert_eq!((capacity.sessions(), capacity.bytes()), (1, 60));
        assert!(capacity.reserve(40));
        assert!(!capacity.reserve(0));
        assert_eq!((capacity.sessions(), capacity.bytes()), (2, 100));
    }

    #[test]
    fn growing_needs_room_and_shrinking_gives_it_back() {
        let capacity = Capacity::new(1, 100);
        assert!(capacity.reserve(60));
        assert!(!capacity.resize(60, 101));
        assert!(capacity.resize(60, 100));
        assert!(capacity.resize(100, 10));
        assert_eq!(capacity.bytes(), 10);
        capacity.release(1, 10);
        assert_eq!((capacity.sessions(), capacity.bytes()), (0, 0));
    }

    #[test]
    fn what_can_never_fit_is_refused_at_once() {
        let capacity = Capacity::new(1, 100);
        assert!(capacity.admit(100).is_ok());
        let refused = capacity.admit(101);
        assert!(matches!(refused, Err(StoreError::TooLarge { bytes: 101, limit: 100 })));
    }
}
