//! Values for the next page: a message after a redirect.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Session;
use crate::changes::{SeenOn, Step};
use crate::error::Error;

/// Keeps flash values apart from others of the same name.
const PREFIX: &str = "flash.";

impl Session {
    /// Leaves a value that stays until it is taken, usually by the page that a redirect leads to. It is stored under
    /// `flash.` and its name.
    ///
    /// # Errors
    ///
    /// When the value can't be encoded. Nothing is recorded then.
    pub fn flash<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result<(), Error> {
        self.insert(&*key(name), value)
    }

    /// Takes a flash value. It is removed at the commit, so of two pages that overlap both may show it.
    ///
    /// # Errors
    ///
    /// When the session can't be loaded, or the value is not a `T`. It stays then.
    pub async fn take_flash<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        self.take(&*key(name)).await
    }

    /// Takes a flash value and commits that, with all that was recorded so far: of any number of callers one gets it.
    ///
    /// # Errors
    ///
    /// As for [`save`](Session::save) and [`take_flash`](Self::take_flash).
    pub async fn take_flash_now<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let key = key(name);
        if !self.contains_key(key.as_str()).await? {
            return Ok(None);
        }
        // Each run of the update on newer bytes notes what it removed; the last one is the one that was committed.
        let removed = Arc::new(Mutex::new(None));
        let note = Arc::clone(&removed);
        let updater = move |old: Option<&[u8]>| {
            *note.lock().unwrap_or_else(PoisonError::into_inner) = old.map(<[u8]>::to_vec);
            Ok(None)
        };
        self.record(Step::Update {
            name: key.clone().into(),
            updater: Arc::new(updater),
            seen: None,
            // It must run at the commit, to note what it removed.
            seen_on: SeenOn::Nothing,
        });
        self.save().await?;
        let bytes = removed.lock().unwrap_or_else(PoisonError::into_inner).take();
        bytes.map(|bytes| self.format().decode(&key, &bytes)).transpose()
    }
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}
