//! The versions of the tables.

use crate::connect_error::SqlConnectError;

/// The version of the tables that the statements are written for.
pub(crate) const VERSION: i64 = 1;

/// A step that brings the tables to a version.
pub(crate) struct Step {
    pub(crate) version: i64,
    pub(crate) sql: &'static str,
}

/// What was being done with the tables when the database refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Making them.
    Create,
    /// Working with them.
    Use,
}

/// What is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// What the statements need, or what they can work with.
    Usable,
    /// A version before it; zero: nothing.
    Older(i64),
}

impl Found {
    /// From the newest version that the tables name, and the oldest version of a program that can work with it.
    pub(crate) fn of(table: &str, newest: Option<(i64, i64)>) -> Result<Self, SqlConnectError> {
        let (version, readable_by) = newest.unwrap_or((0, 0));
        if version < VERSION {
            return Ok(Self::Older(version));
        }
        if readable_by <= VERSION {
            return Ok(Self::Usable);
        }
        Err(SqlConnectError::NewerTables {
            table: table.to_owned(),
            found: version,
            known: VERSION,
        })
    }
}

/// The tables are to be left to others.
pub(crate) fn older(table: &str, found: i64, engine: &'static str) -> SqlConnectError {
    let steps = (found + 1..=VERSION).map(|version| format!("schema/{engine}/{version}.sql"));
    SqlConnectError::OlderTables {
        table: table.to_owned(),
        found,
        needed: VERSION,
        files: steps.collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_tables_are_used_if_they_say_that_they_can_be() {
        assert_eq!(Found::of("a", None).unwrap(), Found::Older(0));
        assert_eq!(Found::of("a", Some((VERSION, VERSION))).unwrap(), Found::Usable);
        assert_eq!(Found::of("a", Some((VERSION + 3, VERSION))).unwrap(), Found::Usable);
        let error = Found::of("a", Some((VERSION + 3, VERSION + 1))).unwrap_err();
        assert!(matches!(error, SqlConnectError::NewerTables { .. }));
    }
}
