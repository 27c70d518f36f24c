//! The scripts on what connect-redis keeps.

use std::sync::LazyLock;

use crate::script::Script;

macro_rules! scripts {
    ($($(#[$about:meta])* $name:ident = $file:literal;)*) => {$(
        $(#[$about])*
        pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(&[include_str!(concat!("lua/", $file, ".lua"))]));
    )*};
}

scripts! {
    /// A session, its digest, and how long it lives.
    LOAD = "load";
    /// Files a new session.
    CREATE = "create";
    /// Replaces a session that nobody has written since.
    REPLACE = "replace";
    /// Moves the end forward.
    TOUCH = "touch";
    /// Ends a session.
    DELETE = "delete";
}
