//! How many connections there may be, and how long things may take.

use std::time::Duration;

use mongodb::options::ClientOptions;
use session_core::ConfigError;

/// Each carries one command at a time.
const CONNECTIONS: u32 = 32;
const MOST_CONNECTIONS: u32 = 1000;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Routers forget connections that nobody uses.
const MAX_IDLE_TIME: Duration = Duration::from_secs(5 * 60);

/// What bounds the work with a database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: Option<u32>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) response_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: None,
            connect_timeout: None,
            response_timeout: RESPONSE_TIMEOUT,
        }
    }
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let (shortest, longest) = (Duration::from_millis(10), Duration::from_secs(60));
        for (setting, limit) in [
            ("connect_timeout", self.connect_timeout.unwrap_or(CONNECT_TIMEOUT)),
            ("response_timeout", self.response_timeout),
        ] {
            if limit < shortest || limit > longest {
                return Err(ConfigError::Bounds {
                    setting,
                    value: format!("{limit:?}"),
                    bounds: "10 ms to 1 minute",
                });
            }
        }
        match self.connections {
            Some(connections) if !(1..=MOST_CONNECTIONS).contains(&connections) => Err(ConfigError::Bounds {
                setting: "connections",
                value: connections.to_string(),
                bounds: "1 to 1000",
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// What is set here comes before what the URL says, and that before the defaults.
    pub(crate) fn apply(&self, options: &mut ClientOptions) {
        options.max_pool_size = self.connections.or(options.max_pool_size).or(Some(CONNECTIONS));
        // The driver's own default, two at a time, makes a line of those who wait for a third. The driver keeps the places of whoever left it,
        // and while a server is frozen that is everybody.
        let connections = options.max_pool_size.filter(|connections| *connections > 0);
        options.max_connecting = options.max_connecting.or(connections).or(Some(CONNECTIONS));
        options.connect_timeout = self
            .connect_timeout
            .or(options.connect_timeout)
            .or(Some(CONNECT_TIMEOUT));
        options.max_idle_time = options.max_idle_time.or(Some(MAX_IDLE_TIME));
        // Whoever waits for a primary in vain is told that nothing was sent.
        let longest = self.response_timeout.mul_f64(0.75);
        let selection = options.server_selection_timeout.unwrap_or(longest);
        options.server_selection_timeout = Some(selection.min(longest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_bounds() {
        let limits = Limits::default;
        assert_eq!(limits().check(), Ok(()));
        for (limits, named) in [
            (
                Limits {
                    connections: Some(0),
                    ..limits()
                },
                "connections",
            ),
            (
                Limits {
                    connections: Some(1001),
                    ..limits()
                },
                "connections",
            ),
            (
                Limits {
                    connect_timeout: Some(Duration::from_millis(9)),
                    ..limits()
                },
                "connect_timeout",
            ),
            (
                Limits {
                    response_timeout: Duration::from_secs(61),
                    ..limits()
                },
                "response_timeout",
            ),
        ] {
            let error = limits.check().unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_wait_for_a_primary_ends_before_the_operation_does() {
        let limits = Limits {
            response_timeout: Duration::from_secs(1),
            ..Limits::default()
        };
        for (said, selection) in [(None, 750), (Some(500), 500), (Some(30_000), 750)] {
            let mut options = ClientOptions::default();
            options.server_selection_timeout = said.map(Duration::from_millis);
            limits.apply(&mut options);
            assert_eq!(options.server_selection_timeout, Some(Duration::from_millis(selection)));
        }
    }

    #[test]
    fn as_many_connections_are_opened_at_a_time_as_there_may_be() {
        for (connections, said, at_a_time) in [(7, None, 7), (7, Some(3), 3), (0, None, CONNECTIONS)] {
            let mut options = ClientOptions::default();
            options.max_pool_size = Some(connections);
            options.max_connecting = said;
            Limits::default().apply(&mut options);
            assert_eq!(options.max_connecting, Some(at_a_time));
        }
    }

    #[test]
    fn a_setting_comes_before_the_url() {
        let mut options = ClientOptions::default();
        options.max_pool_size = Some(7);
        Limits::default().apply(&mut options);
        assert_eq!(options.max_pool_size, Some(7));
        let limits = Limits {
            connections: Some(9),
            ..Limits::default()
        };
        limits.apply(&mut options);
        assert_eq!(options.max_pool_size, Some(9));
    }
}
