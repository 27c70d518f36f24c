//! A server that is there for this run alone.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use session_bench::variable;

const VARIABLE: &str = "SESSION_KIT_REDIS_SERVER";

/// It ends with this process, however that ends.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    pub(crate) version: String,
}

impl Server {
    pub(crate) fn start() -> Result<Self, String> {
        let program = variable(VARIABLE)?;
        // A port that is free now may be taken a moment later.
        (0..5)
            .find_map(|_| Self::try_to_start(&program))
            .ok_or(format!("{program} could not be started"))
    }

    fn try_to_start(program: &str) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", program, "--bind", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .args(["--save", "", "--appendonly", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        let url = format!("redis://127.0.0.1:{port}/0");
        for _ in 0..500 {
            if let Some((pid, version)) = who_answers(&url)
                && pid == process.id().to_string()
            {
                return Some(Self { process, url, version });
            }
            if !matches!(process.try_wait(), Ok(None)) {
                return None;
            }
            sleep(Duration::from_millis(10));
        }
        end(&mut process);
        None
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

fn end(process: &mut Child) {
    if let Err(error) = process.kill().and_then(|()| process.wait().map(drop)) {
        eprintln!("the server {} could not be ended: {error}", process.id());
    }
}

/// The pid and the version of the server there.
fn who_answers(url: &str) -> Option<(String, String)> {
    let mut connection = redis::Client::open(url).ok()?.get_connection().ok()?;
    let info: String = redis::cmd("INFO").arg("server").query(&mut connection).ok()?;
    let line = |name: &str| {
        let mut lines = info.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    Some((line("process_id:")?, line("redis_version:")?))
}
