//! Two shops with one set of sessions.

pub(crate) mod promises;

use serde_json::{Value, json};

use crate::node::{Express, Visitor, variable};
use crate::process::Shop;

/// The package that keeps the sessions of Express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Redis,
    RedisCluster,
    RedisSentinel,
    MongodbSession,
    ConnectMongo,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redis | Self::RedisCluster | Self::RedisSentinel => "redis",
            Self::MongodbSession => "mongodb-session",
            Self::ConnectMongo => "connect-mongo",
        }
    }

    /// The two packages for MongoDB have a collection of the same name, and do not read each other's sessions.
    pub(crate) fn url(self) -> String {
        match self {
            Self::Redis => variable("SESSION_KIT_REDIS_URL"),
            Self::RedisCluster => variable("SESSION_KIT_REDIS_CLUSTER_URL"),
            Self::RedisSentinel => variable("SESSION_KIT_REDIS_SENTINEL_URL"),
            Self::MongodbSession => variable("SESSION_KIT_MONGO_URL"),
            Self::ConnectMongo => variable("SESSION_KIT_MONGO_REPLICA_URL"),
        }
    }
}

pub(crate) const SECRET: &str = "keyboard cat";

/// Both of them, and what they share.
pub(crate) struct Both {
    pub(crate) express: Express,
    pub(crate) shop: Shop,
}

impl Both {
    pub(crate) fn open(kind: Kind) -> Self {
        Self::with(kind, &json!({}))
    }

    /// An app on Express with these settings beside its store and its secret.
    pub(crate) fn with(kind: Kind, settings: &Value) -> Self {
        let mut options = json!({ "kind": kind.name(), "url": kind.url(), "secrets": [SECRET] });
        for (name, value) in settings.as_object().unwrap() {
            options[name] = value.clone();
        }
        Self {
            express: Express::start(&options),
            shop: shop(kind, SECRET),
        }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        self.express.visitor()
    }

    /// What somebody does at the shop.
    pub(crate) fn here<T>(&self, visitor: &mut Visitor, act: impl FnOnce(&mut crate::Browser) -> T) -> T {
        visitor.0.address = self.shop.address;
        let done = act(&mut visitor.0);
        visitor.0.address = self.express.address;
        done
    }

    pub(crate) fn add_here(&self, visitor: &mut Visitor, item: &str) {
        let status = self.here(visitor, |browser| browser.post("/cart/add", &[("item", item)]).status);
        assert_eq!(status, 303);
    }

    pub(crate) fn sign_in_here(&self, visitor: &mut Visitor) {
        let form = [("email", ANN), ("password", "demo")];
        let status = self.here(visitor, |browser| browser.post("/login", &form).status);
        assert_eq!(status, 303);
    }

    /// Who the shop says is signed in.
    pub(crate) fn signed_in_here(&self, visitor: &mut Visitor) -> Option<String> {
        let reply = self.here(visitor, |browser| browser.get_json("/account"));
        match reply.status {
            200 => Some(reply.json()["user"]["email"].as_str().unwrap().to_owned()),
            status => {
                assert_eq!(status, 401, "{}", reply.body);
                None
            }
        }
    }
}

/// The shop on a store of its own, which takes over what Express had.
pub(crate) fn heir(kind: Kind) -> Shop {
    let take_over = format!("{}={}", kind.name(), kind.url());
    Shop::with(&[
        "--store",
        "sqlite:shop.db",
        "--take-over",
        &take_over,
        "--take-over-secret",
        SECRET,
        "--insecure-http",
    ])
}

pub(crate) const ANN: &str = "ann@example.com";

/// The shop with these secrets, separated by commas.
pub(crate) fn shop(kind: Kind, secrets: &str) -> Shop {
    let url = kind.url();
    Shop::with(&[
        "--express",
        kind.name(),
        "--store",
        &url,
        "--secret",
        secrets,
        "--insecure-http",
    ])
}
