//! Where a test keeps its files.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

/// A folder that is removed in the end.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("session-kit-test-{}-{number}", process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// One that is removed when this thread, which is a test, ends.
    pub fn of_this_test() -> PathBuf {
        thread_local! {
            static FOLDERS: RefCell<Vec<Folder>> = const { RefCell::new(Vec::new()) };
        }
        let folder = Self::new();
        let path = folder.0.clone();
        FOLDERS.with_borrow_mut(|folders| folders.push(folder));
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A connection that is closed at this moment removes files, too.
        for _ in 0..10 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        fs::remove_dir_all(&self.0).unwrap();
    }
}
