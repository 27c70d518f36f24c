//! From where to where all sessions move.

use std::fmt;

use serde_json::json;
use session_kit::SigningKeys;

use super::node::Node;
use crate::both::{Kind, SECRET};
use crate::node::{Express, variable};
use crate::process::{Shop, command};

pub(super) struct Way {
    kind: Kind,
    from: Database,
    to: Database,
    name: &'static str,
}

/// A server, and the database on it that no other test has.
struct Database {
    /// What `scripts/services` calls the URL.
    variable: &'static str,
    /// What names the database in it, and what it becomes.
    own: [&'static str; 2],
}

impl Database {
    fn url(&self) -> String {
        let (url, [named, own]) = (variable(self.variable), self.own);
        assert!(
            url.contains(named),
            "{} names another database than {named}",
            self.variable
        );
        url.replace(named, own)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Way {
    pub(super) const CONNECT_REDIS_TO_MONGODB: Self = Self {
        kind: Kind::Redis,
        from: Database {
            variable: "SESSION_KIT_REDIS_URL",
            own: ["/0", "/9"],
        },
        to: Database {
            variable: "SESSION_KIT_MONGO_REPLICA_URL",
            own: ["/session?", "/moved?"],
        },
        name: "connect-redis to MongoDB",
    };
    pub(super) const CONNECT_MONGODB_SESSION_TO_REDIS: Self = Self {
        kind: Kind::MongodbSession,
        from: Database {
            variable: "SESSION_KIT_MONGO_ADMIN_URL",
            own: ["/session?", "/moving?"],
        },
        to: Database {
            variable: "SESSION_KIT_REDIS_URL",
            own: ["/0", "/8"],
        },
        name: "connect-mongodb-session to Redis",
    };
    pub(super) const CONNECT_MONGO_TO_MARIADB: Self = Self {
        kind: Kind::ConnectMongo,
        from: Database {
            variable: "SESSION_KIT_MONGO_REPLICA_URL",
            own: ["/session?", "/moving?"],
        },
        // The shop is the only one who keeps sessions there.
        to: Database {
            variable: "SESSION_KIT_MYSQL_URL",
            own: ["/session", "/session"],
        },
        name: "connect-mongo to MariaDB",
    };

    /// An app on Express whose sessions no other test has.
    pub(super) fn express(&self) -> Express {
        Express::start(&json!({
            "kind": self.kind.name(),
            "url": self.from.url(),
            "secrets": [SECRET],
            "cookie": { "maxAge": 14 * 24 * 3_600_000 },
        }))
    }

    /// The shop twice, with one store and the same keys.
    pub(super) fn nodes(&self) -> Nodes {
        let keys = SigningKeys::generate_base64().unwrap();
        let take_over = format!("{}={}", self.kind.name(), self.from.url());
        let store = self.to.url();
        let start = || {
            let mut shop = command();
            shop.args(["--store", &store, "--take-over", &take_over, "--insecure-http"]);
            shop.env("SESSION_SECRET", &*keys).env("EXPRESS_SECRET", SECRET);
            Shop::start(&mut shop)
        };
        let shops = [start(), start()];
        Nodes {
            nodes: shops.each_ref().map(|shop| Node::new(shop.address)),
            shops,
        }
    }
}

pub(super) struct Nodes {
    shops: [Shop; 2],
    nodes: [Node; 2],
}

impl Nodes {
    pub(super) const fn both(&self) -> [&Node; 2] {
        self.nodes.each_ref()
    }

    pub(super) fn requests(&self) -> u64 {
        self.nodes.iter().map(Node::requests).sum()
    }

    /// What both have logged.
    pub(super) fn stop(self) -> String {
        let Self { shops, nodes } = self;
        drop(nodes);
        shops
            .map(|shop| {
                let (code, log) = shop.stop();
                assert_eq!(code, Some(0));
                log
            })
            .concat()
    }
}
