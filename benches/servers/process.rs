//! Programs that serve, as processes of their own.

use std::fmt::Display;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// It ends with this process, however that ends.
pub(crate) struct Process {
    process: Child,
    pub(crate) address: SocketAddr,
}

/// What starts the program as one that ends with this process.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

impl Process {
    /// The program says where it listens, in its first line.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn();
        let failed = |error: &dyn Display| format!("{command:?} could not be started: {error}");
        let mut process = child.map_err(|error| failed(&error))?;
        let mut line = String::new();
        let says = process.stdout.take().unwrap();
        BufReader::new(says)
            .read_line(&mut line)
            .map_err(|error| failed(&error))?;
        let address = line.trim().strip_prefix("listening on http://");
        if let Some(address) = address.and_then(|address| address.parse().ok()) {
            return Ok(Self { process, address });
        }
        end(&mut process);
        Err(failed(&format!("it says `{}`", line.trim())))
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

fn end(process: &mut Child) {
    if let Err(error) = process.kill().and_then(|()| process.wait().map(drop)) {
        eprintln!("the server {} could not be ended: {error}", process.id());
    }
}
