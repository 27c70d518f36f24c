//! The keys that sign cookies, kept in a file.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

use session_kit::SigningKeys;

use crate::StartError;

/// The keys in the file; a new one, if there is no file.
pub(crate) fn keys(file: &Path) -> Result<SigningKeys, StartError> {
    let failed = |source| StartError::SecretFile {
        file: file.to_owned(),
        source,
    };
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(file, &SigningKeys::generate_base64()?).map_err(failed)?;
            tracing::info!(
                "the keys that sign cookies are in {}: keep it to yourself",
                file.display()
            );
            fs::read_to_string(file)
        }
        read => read,
    };
    Ok(SigningKeys::from_base64(&text.map_err(failed)?)?)
}

/// Files the secret whole or not at all, and never in the place of another one.
fn make(file: &Path, secret: &str) -> io::Result<()> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(format!(".{}", process::id()));
    let draft = PathBuf::from(draft);
    let filed = write(&draft, secret).and_then(|()| fs::hard_link(&draft, file));
    let removed = fs::remove_file(&draft);
    match filed {
        // Another shop was first.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => removed,
        filed => filed.and(removed),
    }
}

fn write(file: &Path, secret: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(file)?, "{secret}")
}
