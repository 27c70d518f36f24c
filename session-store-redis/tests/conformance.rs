//! The contract of a store, kept on every kind of server.

mod support;

use support::{builder, connect, with_authority, with_certificate, with_near_cache};

macro_rules! on {
    ($($name:ident: $store:expr;)*) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every store needs all of them")]
            use super::*;

            session_conformance::store_contract!(async { connect($store).await });
        }
    )*};
}

on! {
    one_node: builder("SESSION_KIT_REDIS_URL");
    one_node_near_cache: with_near_cache(builder("SESSION_KIT_REDIS_URL"));
    socket: builder("SESSION_KIT_REDIS_UNIX_URL");
    password: builder("SESSION_KIT_REDIS_PASSWORD_URL");
    user: builder("SESSION_KIT_REDIS_USER_URL");
    tls: with_authority(builder("SESSION_KIT_REDIS_TLS_URL"));
    tls_near_cache: with_near_cache(with_authority(builder("SESSION_KIT_REDIS_TLS_URL")));
    tls_client: with_certificate(with_authority(builder("SESSION_KIT_REDIS_TLS_CLIENT_URL")));
    sentinel: builder("SESSION_KIT_REDIS_SENTINEL_URL");
    sentinel_near_cache: with_near_cache(builder("SESSION_KIT_REDIS_SENTINEL_URL"));
    sentinel_wait: builder("SESSION_KIT_REDIS_SENTINEL_URL").wait_for_replicas(1, std::time::Duration::from_millis(900));
    cluster: builder("SESSION_KIT_REDIS_CLUSTER_URL");
    cluster_near_cache: with_near_cache(builder("SESSION_KIT_REDIS_CLUSTER_URL"));
    valkey: builder("SESSION_KIT_VALKEY_URL");
    valkey_near_cache: with_near_cache(builder("SESSION_KIT_VALKEY_URL"));
    given_connection: given::connection().await;
    given_cluster: given::cluster().await;
}

mod managers {
    use super::*;

    mod one_node {
        use super::*;

        session_conformance::manager_contract!(async { connect(builder("SESSION_KIT_REDIS_URL")).await });
    }

    mod near_cache {
        use super::*;

        session_conformance::manager_contract!(async {
            connect(with_near_cache(builder("SESSION_KIT_REDIS_URL"))).await
        });
    }

    mod cluster {
        use super::*;

        session_conformance::manager_contract!(async { connect(builder("SESSION_KIT_REDIS_CLUSTER_URL")).await });
    }
}

/// Connections that an application could have already.
mod given {
    use session_store_redis::{RedisStore, RedisStoreBuilder};

    use crate::support::{plain, prefix, variable};

    pub(super) async fn connection() -> RedisStoreBuilder {
        let connection = plain::connection(&variable("SESSION_KIT_REDIS_URL")).await;
        RedisStore::from_connection(connection).prefix(prefix())
    }

    pub(super) async fn cluster() -> RedisStoreBuilder {
        let connection = plain::cluster(&variable("SESSION_KIT_REDIS_CLUSTER_URL")).await;
        RedisStore::from_cluster_connection(connection).prefix(prefix())
    }
}
