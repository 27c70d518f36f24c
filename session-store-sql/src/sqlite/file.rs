//! The file of the database.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use session_core::Cause;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Error};

use crate::connect_error::SqlConnectError;

use super::engine::code;

/// Where the database is.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
}

impl File {
    pub(super) fn of(options: &SqliteConnectOptions) -> Self {
        let path = options.get_filename().to_owned();
        Self { path }
    }

    /// Makes the file if it is missing, and lets nobody but its user read it: SQLite would go by the umask alone. The files that
    /// SQLite puts beside it get the same rights.
    pub(super) fn create(&self) -> Result<(), SqlConnectError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&self.path) {
            Ok(_) => Ok(()),
            // It was there before, or SQLite will say what is wrong with it.
            Err(_) if self.path.exists() => Ok(()),
            Err(error) => {
                let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
                let needs = if is_full { self.room() } else { self.place(true) };
                let source = error.into();
                Err(SqlConnectError::Refused { needs, source })
            }
        }
    }

    /// What SQLite says, as what would be right.
    pub(super) fn refusal(&self, cause: Cause) -> SqlConnectError {
        let path = self.path.display();
        let needs = match cause
            .downcast_ref::<Error>()
            .and_then(code)
            .map(|code| (code & 0xff, code))
        {
            Some((14, _)) => self.place(false),
            Some((3 | 8 | 23, _)) => self.rights(),
            Some((13, _) | (_, 4874)) => self.room(),
            Some((5 | 6, _)) => format!("a file that is free at times: another program keeps `{path}` locked"),
            Some((26, _)) => format!("an SQLite database: `{path}` is a file of another kind, or encrypted"),
            Some((11, _)) => format!("a whole database: `{path}` is damaged"),
            Some((10, _)) => {
                format!("a disk that works, in this machine and not in a network: `{path}` can't be read or written")
            }
            _ => return SqlConnectError::Unreachable(cause),
        };
        SqlConnectError::Refused { needs, source: cause }
    }

    /// Why it can't be opened.
    fn place(&self, is_to_be_made: bool) -> String {
        let path = self.path.display();
        if self.path.is_dir() {
            return format!("the path of a file: `{path}` is a folder");
        }
        if !self.folder().is_dir() {
            return format!("a folder that is there: `{}` is not", self.folder().display());
        }
        if !self.path.exists() && !is_to_be_made {
            return format!("a file that is there: `{path}` is not, and was not to be made");
        }
        self.rights()
    }

    fn rights(&self) -> String {
        format!(
            "to write `{}` and the folder that it is in, where SQLite has two files more: rights of this user, a file system that is \
             not mounted read-only, and a URL without `mode=ro`",
            self.path.display()
        )
    }

    fn room(&self) -> String {
        format!("room on the disk of `{}`", self.path.display())
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

/// What a URL calls `mode`: `ro`, `rw`, `rwc` or `memory`.
pub(super) fn mode(options: &SqliteConnectOptions) -> String {
    // The driver tells it in a URL alone, and makes none of some file names.
    let url = options.clone().filename("file").to_url_lossy();
    let mode = url.query_pairs().find(|(name, _)| name == "mode");
    mode.map(|(_, mode)| mode.into_owned()).unwrap_or_default()
}

/// Whether the database is gone with its connections.
pub(super) fn is_passing(options: &SqliteConnectOptions) -> bool {
    let path = options.get_filename();
    mode(options) == "memory" || path == Path::new("") || path == Path::new(":memory:")
}
