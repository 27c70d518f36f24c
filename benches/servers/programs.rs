//! Where the programs are, and how they are started.

use std::path::{Path, PathBuf};
use std::process::Command;

use session_bench::variable;

use crate::process::{Process, command};

/// A key that signs cookies of this run alone.
const SECRET: &str = "c2Vzc2lvbnMgb2YgYmVuY2htYXJrcywgbm9ib2R5IGVsc2UncyE=";

pub(crate) struct Programs {
    /// The folder of the shops.
    shops: PathBuf,
    /// The folder of the shops without sessions.
    plain: PathBuf,
    node: PathBuf,
    /// A file beside the packages of Express.
    packages: PathBuf,
}

impl Programs {
    pub(crate) fn find() -> Result<Self, String> {
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        Ok(Self {
            shops: variable("SESSION_KIT_SHOPS")?.into(),
            plain: this.parent().unwrap().to_owned(),
            node: variable("SESSION_KIT_NODE")?.into(),
            packages: variable("SESSION_KIT_EXPRESS")?.into(),
        })
    }

    /// The shop of this name, with its sessions in this store.
    pub(crate) fn shop(&self, name: &str, store: &str) -> Result<Process, String> {
        start(&self.shops.join(name), store)
    }

    pub(crate) fn plain(&self, name: &str) -> Result<Process, String> {
        start(&self.plain.join(name), "memory:")
    }

    pub(crate) fn express(&self, store: &str) -> Result<Process, String> {
        let mut command = command(&self.node);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/express.mjs"));
        command.env("NODE_ENV", "production").env("PACKAGES", &self.packages);
        Process::start(command.env("STORE", store))
    }

    pub(crate) fn node_version(&self) -> String {
        let said = Command::new(&self.node).arg("--version").output();
        let version = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().replace('v', ""));
        version.unwrap_or_default()
    }
}

fn start(program: &Path, store: &str) -> Result<Process, String> {
    let mut command = command(program);
    command.args(["--listen", "127.0.0.1:0", "--insecure-http", "--store", store]);
    // They warn of plain HTTP.
    command.env("SESSION_SECRET", SECRET).env("RUST_LOG", "error");
    Process::start(&mut command)
}
