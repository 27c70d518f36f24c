//! A statement of an operation.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use crate::names::Names;
use crate::repeated::repeat;

/// The text of a statement, with the names of the tables.
///
/// The same text each time, so that a connection prepares it once.
#[derive(Debug)]
pub(crate) struct Statement {
    text: Arc<str>,
    form: Form,
}

/// How a statement's values reach the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Beside its text, which is prepared once a connection.
    Prepared,
    /// As part of its text.
    Inlined,
}

impl Statement {
    /// From a SQL file of this crate.
    pub(crate) fn new(sql: &'static str, names: &Names, form: Form) -> Self {
        Self {
            text: names.apply(sql).into(),
            form,
        }
    }

    /// Likewise, with each of its parts in braces so many times.
    pub(crate) fn repeated(sql: &str, times: usize, names: &Names, form: Form) -> Self {
        Self {
            text: repeat(&names.apply(sql), times).into(),
            form,
        }
    }

    pub(crate) fn is_inlined(&self) -> bool {
        self.form == Form::Inlined
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// For a driver. Values are never part of the text, and names have been checked.
    pub(crate) fn to_sql(&self) -> SqlStr {
        AssertSqlSafe(Arc::clone(&self.text)).into_sql_str()
    }
}

/// The statements of an engine, each from the file of its name.
macro_rules! statements {
    ($($name:ident)*) => {
        $crate::statement::statements! { $($name)*; }
    };
    ($($name:ident)*; $($repeated:ident)*) => {
        /// What the store asks, one statement a file.
        #[derive(Debug)]
        pub(crate) struct Statements {
            $(pub(crate) $name: $crate::statement::Statement,)*
            $(pub(crate) $repeated: $crate::repeated::Repeated,)*
        }

        impl Statements {
            pub(crate) fn new(names: &$crate::names::Names, form: $crate::statement::Form) -> Self {
                Self {
                    $($name: $crate::statement::Statement::new(
                        include_str!(concat!("sql/", stringify!($name), ".sql")),
                        names,
                        form,
                    ),)*
                    $($repeated: $crate::repeated::Repeated::new(
                        include_str!(concat!("sql/", stringify!($repeated), ".sql")),
                        names,
                        form,
                    ),)*
                }
            }
        }
    };
}
pub(crate) use statements;
