//! What servers are really sent.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use redis::Client;
use redis::aio::MultiplexedConnection;
use tokio::time::timeout;

use super::patience::PATIENCE;

/// Everything that servers are told, in the order in which they are: also by scripts, which is told apart.
pub(crate) struct Monitor {
    servers: Vec<Monitored>,
}

struct Monitored {
    lines: Pin<Box<dyn Stream<Item = String> + Send>>,
    control: MultiplexedConnection,
}

impl Monitor {
    /// Of the servers with these URLs.
    pub(crate) async fn of(urls: &[String]) -> Self {
        let mut servers = Vec::new();
        for url in urls {
            let client = Client::open(url.as_str()).unwrap();
            let monitor = client.get_async_monitor().await.unwrap();
            servers.push(Monitored {
                lines: Box::pin(monitor.into_on_message::<String>()),
                control: client.get_multiplexed_async_connection().await.unwrap(),
            });
        }
        let mut monitor = Self { servers };
        drop(monitor.commands().await);
        monitor
    }

    /// The names of the commands that came over connections since this was asked last.
    pub(crate) async fn commands(&mut self) -> Vec<String> {
        self.commands_about("").await
    }

    /// Those in which `text` stands.
    pub(crate) async fn commands_about(&mut self, text: &str) -> Vec<String> {
        let mut commands = Vec::new();
        for server in &mut self.servers {
            let lines = server.lines_until_now().await;
            let sent = lines
                .iter()
                .filter(|line| line.contains(text))
                .filter_map(|line| sent(line));
            commands.extend(sent);
        }
        // By the time at which a server got it.
        commands.sort_by(|(one, _), (other, _)| one.cmp(other));
        commands.into_iter().map(|(_, name)| name).collect()
    }
}

impl Monitored {
    async fn lines_until_now(&mut self) -> Vec<String> {
        let marker = format!("until-now-{}", fastrand::u64(..));
        let echo = redis::cmd("ECHO").arg(&marker).to_owned();
        echo.exec_async(&mut self.control).await.unwrap();
        let mut lines = Vec::new();
        loop {
            let line = timeout(PATIENCE, self.lines.next()).await.unwrap().unwrap();
            if line.contains(&marker) {
                return lines;
            }
            lines.push(line);
        }
    }
}

/// The command of a line such as `1700000000.1 [0 127.0.0.1:60866] "GET" "a"`; not one that a script has called, and not
/// what a connection begins with.
fn sent(line: &str) -> Option<(String, String)> {
    let (about, command) = line.split_once("] ")?;
    let name = command.split('"').nth(1)?.to_ascii_uppercase();
    let is_script = about.ends_with(" lua");
    let is_greeting = ["HELLO", "CLIENT", "AUTH", "SELECT", "ECHO"].contains(&name.as_str());
    let (time, _) = about.split_once(' ')?;
    (!is_script && !is_greeting).then(|| (time.to_owned(), name))
}
