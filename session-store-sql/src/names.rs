//! The names of the tables.

/// The longest name of a table: PostgreSQL takes 63 bytes, and what hangs on a table has longer names.
const MOST_BYTES: usize = 40;

/// A name that a table, or a schema of PostgreSQL, can't have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} `{name}` can't be used, needs 1 to 40 of the characters a-z 0-9 _, the first of them no digit")]
pub struct InvalidName {
    what: &'static str,
    name: String,
}

/// What the tables are called.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// PostgreSQL's; none: the first of the connection's search path.
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            schema: None,
            table: Self::TABLE.to_owned(),
        }
    }
}

impl Names {
    /// The table's name in the SQL files, and by default.
    const TABLE: &'static str = "session_kit";

    pub(crate) fn check(&self) -> Result<(), InvalidName> {
        if let Some(schema) = &self.schema {
            check("schema", schema)?;
        }
        check("table", &self.table)
    }

    /// The text of a SQL file with these names, and without comments.
    ///
    /// In the files the names of tables are quoted, and those of what hangs on them are not.
    pub(crate) fn apply(&self, sql: &str) -> String {
        let lines = sql.lines().map(|line| line.split("--").next().unwrap_or(line).trim());
        let sql = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let sql = match &self.schema {
            Some(schema) => sql.replace(&format!("\"{}", Self::TABLE), &format!("\"{schema}\".\"{}", self.table)),
            None => sql,
        };
        sql.replace(Self::TABLE, &self.table)
    }
}

/// Only names that need no escaping in any engine, and mean the same in all of them.
fn check(what: &'static str, name: &str) -> Result<(), InvalidName> {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts_well = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if starts_well && name.len() <= MOST_BYTES && name.bytes().all(is_part) {
        return Ok(());
    }
    // What is shown came from the program, and is not shown in full where it is long.
    let name = name.chars().take(MOST_BYTES).collect();
    Err(InvalidName { what, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(schema: Option<&str>, table: &str) -> Names {
        Names {
            schema: schema.map(str::to_owned),
            table: table.to_owned(),
        }
    }

    #[test]
    fn names_need_no_escaping_anywhere() {
        for good in ["session", "order", "_x", "a1", &"a".repeat(40)] {
            assert_eq!(names(Some(good), good).check(), Ok(()), "{good}");
        }
        for bad in [
            "",
            "1a",
            "Session",
            "a-b",
            "a\"b",
            "a`b",
            "a'b",
            "a.b",
            "a b",
            "é",
            "a\0",
            &"a".repeat(41),
        ] {
            let error = names(None, bad).check().unwrap_err().to_string();
            assert!(error.starts_with("the table `"), "{error}");
            assert!(
                names(Some(bad), "a")
                    .check()
                    .unwrap_err()
                    .to_string()
                    .starts_with("the schema `")
            );
        }
    }

    #[test]
    fn names_take_the_place_of_those_in_the_files() {
        let sql =
            "-- why\nCREATE INDEX session_kit_owner -- and why\n    ON \"session_kit\" (\"session_kit_cutoff\")\n";
        assert_eq!(
            names(None, "user").apply(sql),
            r#"CREATE INDEX user_owner ON "user" ("user_cutoff")"#
        );
        assert_eq!(
            names(Some("app"), "user").apply(sql),
            r#"CREATE INDEX user_owner ON "app"."user" ("app"."user_cutoff")"#
        );
        assert_eq!(names(None, "a").apply("`session_kit`.`id`"), "`a`.`id`");
    }
}
