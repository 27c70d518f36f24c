//! Where the servers are, from a URL.

use std::fmt;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};

use crate::slots::NodeAddress;

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// What a URL names.
pub(crate) enum Address {
    One(ConnectionInfo),
    Sentinel {
        sentinels: Vec<NodeAddress>,
        /// What the Sentinels call the master.
        name: String,
        /// How to talk to it, but for where it is.
        master: ConnectionInfo,
    },
    Cluster {
        seeds: Vec<NodeAddress>,
        /// How to talk to a node, but for where it is.
        node: ConnectionInfo,
    },
}

/// A URL that names no Redis servers.
///
/// Messages show nothing of it but its scheme, for URLs hold passwords.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRedisUrl {
    /// No scheme, or one that is not Redis's.
    #[error(
        "the URL's scheme is {found}, needs redis, rediss, redis+unix, redis+sentinel, rediss+sentinel, redis+cluster or rediss+cluster"
    )]
    Scheme {
        /// The scheme that it has.
        found: String,
    },
    /// The rest can't be read.
    #[error("the `{scheme}:` URL can't be read, needs the form {form}")]
    Form {
        /// The URL's scheme.
        scheme: &'static str,
        /// What it should look like.
        form: &'static str,
    },
    /// It asks for TLS without knowing who is there.
    #[error("`#insecure` accepts any server, needs the certificate of the authority that signed the server's instead")]
    Insecure,
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::One(_) => "One",
            Self::Sentinel { .. } => "Sentinel",
            Self::Cluster { .. } => "Cluster",
        })
    }
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, InvalidRedisUrl> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        if rest.ends_with("#insecure") {
            return Err(InvalidRedisUrl::Insecure);
        }
        match scheme.to_ascii_lowercase().as_str() {
            "redis" => one(url, "redis", "redis://user:password@host:port/database"),
            "rediss" => one(url, "rediss", "rediss://user:password@host:port/database"),
            "redis+unix" | "unix" => one(
                url,
                "redis+unix",
                "redis+unix:///path/to/socket?db=database&user=user&pass=password",
            ),
            "redis+sentinel" => sentinel(rest, "redis"),
            "rediss+sentinel" => sentinel(rest, "rediss"),
            "redis+cluster" => cluster(rest, "redis"),
            "rediss+cluster" => cluster(rest, "rediss"),
            // Only what is plainly a scheme is shown: the text may be anything.
            "" => Err(InvalidRedisUrl::Scheme {
                found: "missing".to_owned(),
            }),
            other if other.len() <= 20 && other.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') => {
                Err(InvalidRedisUrl::Scheme {
                    found: format!("`{other}`"),
                })
            }
            _ => Err(InvalidRedisUrl::Scheme {
                found: "none of ours".to_owned(),
            }),
        }
    }
}

fn one(url: &str, scheme: &'static str, form: &'static str) -> Result<Address, InvalidRedisUrl> {
    let info = url
        .into_connection_info()
        .map_err(|_| InvalidRedisUrl::Form { scheme, form })?;
    Ok(Address::One(info))
}

fn sentinel(rest: &str, scheme: &str) -> Result<Address, InvalidRedisUrl> {
    let invalid = InvalidRedisUrl::Form {
        scheme: "redis+sentinel",
        form: "redis+sentinel://user:password@sentinel:port,sentinel:port/master/database",
    };
    let hosts = Hosts::parse(rest, SENTINEL_PORT).ok_or_else(|| invalid.clone())?;
    let (name, database) = hosts.path.split_once('/').unwrap_or((hosts.path, ""));
    if name.is_empty() {
        return Err(invalid);
    }
    Ok(Address::Sentinel {
        master: hosts.info(scheme, database).ok_or(invalid)?,
        name: name.to_owned(),
        sentinels: hosts.addresses,
    })
}

fn cluster(rest: &str, scheme: &str) -> Result<Address, InvalidRedisUrl> {
    let invalid = InvalidRedisUrl::Form {
        scheme: "redis+cluster",
        form: "redis+cluster://user:password@node:port,node:port",
    };
    let hosts = Hosts::parse(rest, REDIS_PORT).filter(|hosts| matches!(hosts.path, "" | "0"));
    let hosts = hosts.ok_or_else(|| invalid.clone())?;
    Ok(Address::Cluster {
        node: hosts.info(scheme, "").ok_or(invalid)?,
        seeds: hosts.addresses,
    })
}

/// `//user:password@host:port,host:port/path`, which is no URL that others could read.
struct Hosts<'a> {
    /// With the `@`, if there is one.
    user: &'a str,
    addresses: Vec<NodeAddress>,
    path: &'a str,
}

impl<'a> Hosts<'a> {
    fn parse(rest: &'a str, port: u16) -> Option<Self> {
        let rest = rest.strip_prefix("//")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let hosts_begin = authority.rfind('@').map_or(0, |at| at + 1);
        let (user, hosts) = authority.split_at_checked(hosts_begin)?;
        let addresses = hosts.split(',').map(|host| address(host, port));
        Some(Self {
            user,
            addresses: addresses.collect::<Option<_>>()?,
            path: path.trim_end_matches('/'),
        })
    }

    /// How to talk to any of them.
    fn info(&self, scheme: &str, database: &str) -> Option<ConnectionInfo> {
        let url = format!("{scheme}://{}localhost/{database}", self.user);
        url.into_connection_info().ok()
    }
}

/// Another server's address, talked to in the same way.
pub(crate) fn at(like: &ConnectionAddr, (host, port): NodeAddress) -> ConnectionAddr {
    if let ConnectionAddr::TcpTls {
        insecure, tls_params, ..
    } = like
    {
        ConnectionAddr::TcpTls {
            host,
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        }
    } else {
        ConnectionAddr::Tcp(host, port)
    }
}

fn address(text: &str, default_port: u16) -> Option<NodeAddress> {
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address without a port ends with its bracket.
        Some(_) if text.ends_with(']') => (text, default_port),
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, default_port),
    };
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_host)).then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: &str, port: u16) -> NodeAddress {
        (host.to_owned(), port)
    }

    #[test]
    fn a_cluster_is_named_by_some_of_its_nodes() {
        let url = "redis+cluster://shop:p%40ss@a.example:7000,b.example,[::1]:7002/";
        let Ok(Address::Cluster { seeds, node: info }) = Address::parse(url) else {
            panic!("not a cluster");
        };
        assert_eq!(
            seeds,
            [node("a.example", 7000), node("b.example", 6379), node("::1", 7002)]
        );
        assert_eq!(info.redis_settings().username(), Some("shop"));
        assert_eq!(info.redis_settings().password(), Some("p@ss"));
        assert!(matches!(info.addr(), ConnectionAddr::Tcp(..)));
    }

    #[test]
    fn a_master_is_named_by_its_sentinels_and_its_name() {
        let Ok(Address::Sentinel {
            sentinels,
            name,
            master,
        }) = Address::parse("rediss+sentinel://:secret@a,b:1/shop/3")
        else {
            panic!("not a sentinel");
        };
        assert_eq!(sentinels, [node("a", 26379), node("b", 1)]);
        assert_eq!((name.as_str(), master.redis_settings().db()), ("shop", 3));
        assert!(matches!(master.addr(), ConnectionAddr::TcpTls { .. }));
    }

    #[test]
    fn what_names_no_servers_is_told_the_form_and_not_repeated() {
        for (url, needs) in [
            ("", "scheme is missing, needs redis, rediss"),
            ("secret", "scheme is missing"),
            ("http://secret@a", "scheme is `http`, needs redis"),
            ("secret password:x", "scheme is none of ours"),
            ("redis://a/secret", "needs the form redis://user"),
            ("redis://:secret@", "needs the form redis://user"),
            ("redis+unix:secret", "needs the form redis+unix:///path"),
            ("redis+sentinel://a:secret/shop", "needs the form redis+sentinel://user"),
            ("redis+sentinel://a", "needs the form redis+sentinel://user"),
            ("redis+sentinel://a/shop/secret", "needs the form redis+sentinel://user"),
            ("redis+cluster://a,,b/secret", "needs the form redis+cluster://user"),
            ("redis+cluster://a/3", "needs the form redis+cluster://user"),
            (
                "rediss://secret@a/#insecure",
                "accepts any server, needs the certificate",
            ),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(needs), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
