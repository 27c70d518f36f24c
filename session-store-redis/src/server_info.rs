//! What a server says about itself.

use redis::aio::MultiplexedConnection;
use redis::{RedisError, Value};

use crate::failure::Refusal;

/// The oldest Redis with `ZADD .. GT`, as major and minor version.
const OLDEST_REDIS: (u32, u32) = (6, 2);

/// What a server is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A server of its own, or the master of replicas.
    Single,
    /// A node of a cluster; a replica redirects to its master by itself.
    ClusterNode,
}

/// The answer to `HELLO`, which needs no permission.
#[derive(Debug, Default)]
pub(crate) struct ServerInfo {
    server: String,
    version: String,
    mode: String,
    role: String,
}

impl ServerInfo {
    pub(crate) async fn ask(connection: &mut MultiplexedConnection) -> Result<Self, RedisError> {
        let mut hello = redis::cmd("HELLO");
        hello.arg(3);
        let answer: Value = hello.query_async(connection).await?;
        Ok(Self::read(&answer))
    }

    fn read(answer: &Value) -> Self {
        let mut info = Self::default();
        for (name, value) in answer.as_map_iter().into_iter().flatten() {
            let place = match text(name).as_str() {
                "server" => &mut info.server,
                "version" => &mut info.version,
                "mode" => &mut info.mode,
                "role" => &mut info.role,
                _ => continue,
            };
            *place = text(value);
        }
        info
    }

    pub(crate) fn check(&self, server: &str, wanted: Role) -> Result<(), Refusal> {
        let server = server.to_owned();
        if self.mode == "sentinel" {
            return Err(Refusal::IsSentinel(server));
        }
        if self.server == "redis" && self.version() < OLDEST_REDIS {
            let found = format!("{} {}", self.server, self.version);
            return Err(Refusal::TooOld { server, found });
        }
        match (wanted, self.mode.as_str()) {
            (Role::Single, "cluster") => Err(Refusal::IsCluster(server)),
            (Role::ClusterNode, "standalone") => Err(Refusal::NoCluster(server)),
            (Role::Single, _) if self.role == "replica" || self.role == "slave" => Err(Refusal::Replica(server)),
            (Role::Single | Role::ClusterNode, _) => Ok(()),
        }
    }

    fn version(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|number| number.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

fn text(value: &Value) -> String {
    redis::from_redis_value_ref(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal_of(version: &str, mode: &str, role: &str, wanted: Role) -> Option<String> {
        let part = |name: &str, value: &str| (Value::BulkString(name.into()), Value::SimpleString(value.to_owned()));
        let answer = Value::Map(vec![
            part("server", "redis"),
            part("version", version),
            (Value::BulkString("proto".into()), Value::Int(3)),
            part("mode", mode),
            part("role", role),
        ]);
        let checked = ServerInfo::read(&answer).check("cache:6379", wanted);
        checked.err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn a_server_that_is_too_old_is_told_what_would_do() {
        let refusal = refusal_of("6.0.16", "standalone", "master", Role::Single).unwrap();
        assert_eq!(
            refusal,
            "cache:6379 is redis 6.0.16, needs Redis 6.2 or newer, or Valkey"
        );
        for version in ["6.2.0", "7.0.15", "10.1.0"] {
            assert_eq!(refusal_of(version, "standalone", "master", Role::Single), None);
        }
    }

    #[test]
    fn a_server_of_another_kind_is_told_the_scheme_that_would_do() {
        for (mode, role, wanted, needs) in [
            ("cluster", "master", Role::Single, "needs `redis+cluster:`"),
            ("standalone", "master", Role::ClusterNode, "needs `redis:`"),
            ("sentinel", "master", Role::Single, "needs `redis+sentinel:`"),
            ("sentinel", "master", Role::ClusterNode, "needs `redis+sentinel:`"),
            ("standalone", "replica", Role::Single, "is a replica"),
        ] {
            let refusal = refusal_of("7.0.15", mode, role, wanted).unwrap();
            assert!(refusal.contains(needs), "{refusal}");
        }
        assert_eq!(refusal_of("7.0.15", "cluster", "replica", Role::ClusterNode), None);
    }
}
