//! How many connections there may be, and how long things may take.

use std::time::Duration;

use session_core::ConfigError;

const MOST_CONNECTIONS: usize = 1000;

/// What bounds the work with a database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
}

impl Limits {
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            connections,
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(2),
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let (shortest, longest) = (Duration::from_millis(10), Duration::from_secs(60));
        for (setting, limit) in [
            ("connect_timeout", self.connect_timeout),
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
        if (1..=MOST_CONNECTIONS).contains(&self.connections) {
            return Ok(());
        }
        Err(ConfigError::Bounds {
            setting: "connections",
            value: self.connections.to_string(),
            bounds: "1 to 1000",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_bounds() {
        assert_eq!(Limits::new(10).check(), Ok(()));
        for (limits, named) in [
            (Limits::new(0), "connections"),
            (Limits::new(1001), "connections"),
            (
                Limits {
                    connect_timeout: Duration::from_millis(9),
                    ..Limits::new(1)
                },
                "connect_timeout",
            ),
            (
                Limits {
                    response_timeout: Duration::from_secs(61),
                    ..Limits::new(1)
                },
                "response_timeout",
            ),
        ] {
            let error = limits.check().unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
