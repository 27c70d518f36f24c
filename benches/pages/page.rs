//! A file that is written, or parts of it.

use std::fs;
use std::path::PathBuf;

pub(crate) struct Page {
    file: PathBuf,
    text: String,
}

impl Page {
    /// One whose parts are filled in.
    pub(crate) fn read(file: PathBuf) -> Result<Self, String> {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Self { file, text })
    }

    pub(crate) fn whole(file: PathBuf, text: String) -> Self {
        Self { file, text }
    }

    /// Replaces what stands between the comments `table: name` and `end`.
    pub(crate) fn fill(&mut self, name: &str, part: &str) -> Result<(), String> {
        let begin = format!("<!-- table: {name} -->\n");
        let missing = || {
            format!(
                "{} has no `{}`, or no `<!-- end -->` after it",
                self.file.display(),
                begin.trim()
            )
        };
        let (before, rest) = self.text.split_once(&begin).ok_or_else(missing)?;
        let (_, after) = rest.split_once("<!-- end -->").ok_or_else(missing)?;
        self.text = format!("{before}{begin}{part}<!-- end -->{after}");
        Ok(())
    }

    pub(crate) fn write(&self) -> Result<(), String> {
        fs::write(&self.file, &self.text).map_err(|error| format!("{}: {error}", self.file.display()))
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let there = fs::read_to_string(&self.file).unwrap_or_default();
        if there == self.text {
            return Ok(());
        }
        Err(format!(
            "{} is not what benches/results says: run `scripts/bench pages` and commit it",
            self.file.display()
        ))
    }
}
