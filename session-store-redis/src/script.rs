//! The scripts, each known to the server by its digest.

use std::sync::LazyLock;

use redis::{Cmd, Script as Source};

/// A script, and the command that runs it.
pub(crate) struct Script {
    source: String,
    digest: String,
}

impl Script {
    pub(crate) fn new(parts: &[&str]) -> Self {
        let source = parts.concat();
        let digest = Source::new(&source).get_hash().to_owned();
        Self { source, digest }
    }

    /// The command for a server that knows the script already, as all but the first do.
    pub(crate) fn by_digest(&self, keys: &[&[u8]], arguments: &[&[u8]]) -> Cmd {
        command("EVALSHA", &self.digest, keys, arguments)
    }

    /// The command for one that does not: it does now.
    pub(crate) fn by_source(&self, keys: &[&[u8]], arguments: &[&[u8]]) -> Cmd {
        command("EVAL", &self.source, keys, arguments)
    }
}

fn command(name: &str, script: &str, keys: &[&[u8]], arguments: &[&[u8]]) -> Cmd {
    let length = |parts: &[&[u8]]| parts.iter().map(|part| part.len()).sum::<usize>();
    let bytes = name.len() + script.len() + 8 + length(keys) + length(arguments);
    let mut command = Cmd::with_capacity(3 + keys.len() + arguments.len(), bytes);
    command.arg(name).arg(script).arg(keys.len());
    for part in keys.iter().chain(arguments) {
        command.arg(*part);
    }
    command
}

macro_rules! scripts {
    ($($(#[$about:meta])* $name:ident = $($file:literal)+;)*) => {$(
        $(#[$about])*
        pub(crate) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(&[$(include_str!(concat!("lua/", $file, ".lua"))),+]));
    )*};
}

scripts! {
    /// Files and lists an owned session, on one node.
    CREATE = "values" "index" "create";
    /// Lists a session with its owner.
    ENTER = "index" "enter";
    /// Replaces a record.
    UPDATE = "values" "update";
    /// Moves the end forward.
    TOUCH = "values" "touch";
    /// Rotates, on one node.
    ROTATE = "values" "index" "rotate";
    /// Turns the old record into a mark, in a cluster.
    TURN = "values" "turn";
    /// Takes a first step back.
    DROP = "values" "drop";
    /// Ends a session.
    DELETE = "values" "delete";
    /// Cuts an owner's sign-ins off, and lists the sessions.
    CUT = "index" "cut";
}
