//! What an operation costs.

use std::time::Duration;

use session_core::{
    Clock as _, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore as _, ExpressVersion,
    SystemClock,
};

use super::{OnRedis, on_cluster, on_redis};
use crate::support::monitor::Monitor;
use crate::support::{plain, variable};

#[tokio::test]
async fn every_operation_is_one_script_whatever_it_answers() {
    let name = "SESSION_KIT_REDIS_URL";
    costs_one_script(&on_redis(name).await, &[variable(name)]).await;
}

#[tokio::test]
async fn every_operation_is_one_script_in_a_cluster_too() {
    let name = "SESSION_KIT_REDIS_CLUSTER_URL";
    let masters = plain::masters(&variable(name)).await;
    assert_eq!(masters.len(), 3);
    costs_one_script(&on_cluster(name).await, &masters).await;
}

#[expect(clippy::cognitive_complexity, reason = "all operations, one after the other")]
async fn costs_one_script<C>(subject: &OnRedis<C>, servers: &[String]) {
    let (store, sid, now) = (&subject.store, ExpressSid::new("a"), SystemClock.now());
    let expires_at = now + Duration::from_secs(3600);
    let first = ExpressSession {
        text: r#"{"cookie":{},"n":1}"#,
        expires_at,
    };
    let second = ExpressSession {
        text: r#"{"cookie":{},"n":2}"#,
        expires_at,
    };
    // What the server does not know yet is sent twice.
    for _ in 0..2 {
        let mut monitor = Monitor::of(servers).await;
        let mut costs = Vec::new();
        macro_rules! cost {
            ($operation:expr) => {{
                let answer = $operation.await.unwrap();
                costs.push(monitor.commands_about(&subject.prefix).await.join(" "));
                answer
            }};
        }
        let version = cost!(store.create(&sid, &first, now)).unwrap();
        assert!(cost!(store.create(&sid, &first, now)).is_none());
        assert!(cost!(store.load(&sid, now)).is_some());
        let replaced = cost!(store.replace(&sid, &second, &version, now));
        assert!(matches!(replaced, ExpressReplaced::Replaced(_)));
        assert!(matches!(
            cost!(store.replace(&sid, &second, &version, now)),
            ExpressReplaced::Changed(_)
        ));
        assert!(cost!(store.touch(&sid, expires_at, now)));
        assert_eq!(cost!(store.delete(&sid, Some(&version))), ExpressRemoved::Changed);
        assert_eq!(cost!(store.delete(&sid, None)), ExpressRemoved::Removed);
        assert_eq!(
            cost!(store.delete(&sid, Some(&ExpressVersion::new(b"any")))),
            ExpressRemoved::Absent
        );
        assert!(cost!(store.load(&sid, now)).is_none());
        assert_eq!(
            cost!(store.replace(&sid, &second, &version, now)),
            ExpressReplaced::Gone
        );
        assert!(!cost!(store.touch(&sid, expires_at, now)));
        if costs.iter().all(|cost| cost == "EVALSHA") {
            return;
        }
        assert!(costs.iter().any(|cost| cost == "EVALSHA EVAL"), "{costs:?}");
    }
    unreachable!("the server knows all scripts by now");
}
