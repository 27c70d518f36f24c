//! A service whose cookies are Secure where the request is.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::post;
use serde_json::Value;
use session_kit::axum::{Session, SessionLayer};
use session_kit::store::{ConnectMongoStore, ConnectMongodbSessionStore, ConnectRedisStore};
use session_kit::{
    CookieSettings, ExpressSecrets, ExpressSettings, Owner, RequestInfo, SessionManager, SessionManagerBuilder,
    TrustedProxies,
};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::both::{Kind, SECRET};

/// It runs until it is dropped.
pub(crate) struct Trusting {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl Trusting {
    /// One that shares the sessions of an app, and believes this proxy.
    pub(crate) fn start(kind: Kind, max_age: Option<Duration>, proxy: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let address = runtime.block_on(async {
            let cookie = CookieSettings::new()
                .name("connect.sid")
                .secure_as_the_request(TrustedProxies::new([proxy]).unwrap())
                .insecurely_without_same_site();
            let manager = builder(kind, settings(max_age)).await.cookie(cookie).build().unwrap();
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let service = app(manager).into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(axum::serve(listener, service).into_future());
            address
        });
        Self {
            address,
            _runtime: runtime,
        }
    }
}

async fn builder(kind: Kind, settings: ExpressSettings) -> SessionManagerBuilder {
    let url = kind.url();
    match kind {
        Kind::Redis | Kind::RedisCluster | Kind::RedisSentinel => {
            SessionManager::sharing_with_express(ConnectRedisStore::connect(&url).await.unwrap(), settings)
        }
        Kind::MongodbSession => {
            SessionManager::sharing_with_express(ConnectMongodbSessionStore::connect(url).await.unwrap(), settings)
        }
        Kind::ConnectMongo => {
            SessionManager::sharing_with_express(ConnectMongoStore::connect(url).await.unwrap(), settings)
        }
    }
}

fn settings(max_age: Option<Duration>) -> ExpressSettings {
    let settings = ExpressSettings::new(ExpressSecrets::new([SECRET]).unwrap()).owner_member("user.email");
    match max_age {
        Some(max_age) => settings.max_age(max_age),
        None => settings,
    }
}

fn app(manager: SessionManager) -> Router {
    let layer = SessionLayer::new(manager).request_info(|extensions| {
        let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>().unwrap();
        RequestInfo::new().peer(peer.ip())
    });
    Router::new()
        .route("/login", post(login))
        .route("/set", post(set))
        .layer(layer)
}

/// As the app has it.
async fn login(session: Session, body: String) {
    let body: Value = serde_json::from_str(&body).unwrap();
    session.sign_in(Owner::new(body["email"].as_str().unwrap()).unwrap());
}

async fn set(session: Session, body: String) {
    let body: serde_json::Map<String, Value> = serde_json::from_str(&body).unwrap();
    for (name, value) in body {
        session.insert(name.as_str(), &value).unwrap();
    }
}
