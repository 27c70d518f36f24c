//! Every kind of store.

use std::sync::Arc;

use crate::folder::Folder;
use crate::runtimes::Runtimes;
use crate::services::variable;
use crate::tool::{Opened, built_in};

/// Where stores of each kind can be had.
pub struct Kinds {
    urls: [(&'static str, String); 6],
    /// Of SQLite's file.
    folder: Folder,
}

impl Kinds {
    /// Servers are where `scripts/services` has them.
    ///
    /// # Errors
    ///
    /// When it has not said where that is.
    pub fn find() -> Result<Self, String> {
        let folder = Folder::new();
        let file = folder.path().join("sessions.db");
        Ok(Self {
            urls: [
                ("memory", "memory:".to_owned()),
                ("SQLite", format!("sqlite:{}", file.display())),
                ("PostgreSQL", variable("SESSION_KIT_POSTGRES_URL")?),
                ("MariaDB", variable("SESSION_KIT_MYSQL_URL")?),
                ("MongoDB", variable("SESSION_KIT_MONGO_REPLICA_URL")?),
                ("Redis", variable("SESSION_KIT_REDIS_URL")?),
            ],
            folder,
        })
    }

    /// What they are called, and where they are.
    pub fn urls(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.urls.iter().map(|(name, url)| (*name, url.as_str()))
    }

    /// The folder of what is in files.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// One with nothing in it.
    ///
    /// # Errors
    ///
    /// When it can't be had.
    pub fn open(runtimes: &Runtimes, url: &str, namespace: &str) -> Result<Opened, String> {
        let (url, namespace) = (url.to_owned(), namespace.to_owned());
        runtimes.prepare(async move {
            let targets = built_in();
            let scheme = url.split(':').next().unwrap_or_default();
            let target = targets.iter().find(|target| target.takes(scheme)).unwrap();
            let opened = target.open(&url, &namespace).await.map_err(|error| error.to_string())?;
            Arc::clone(&opened.store)
                .clear()
                .await
                .map_err(|error| error.to_string())?;
            Ok(opened)
        })
    }

    /// Takes away what was made for one.
    ///
    /// # Errors
    ///
    /// When that can't be done.
    pub fn remove(runtimes: &Runtimes, opened: Opened) -> Result<(), String> {
        runtimes.prepare(async move {
            opened.store.clear().await.map_err(|error| error.to_string())?;
            opened.remove.await.map_err(|error| error.to_string())
        })
    }
}
