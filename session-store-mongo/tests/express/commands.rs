//! What an operation costs.

use std::time::Duration;

use session_core::{
    Clock as _, ExpressRemoved, ExpressReplaced, ExpressSession, ExpressSid, ExpressStore, SystemClock,
};
use session_store_mongo::{ConnectMongoStore, ConnectMongodbSessionStore, MongoStore};

use crate::support::monitor::Monitor;
use crate::support::{LIMIT, collection, variable};

const URL: &str = "SESSION_KIT_MONGO_URL";
const FIRST: &str = r#"{"cookie":{"originalMaxAge":null,"expires":null},"n":1}"#;
const SECOND: &str = r#"{"cookie":{"originalMaxAge":null,"expires":null},"n":2}"#;

/// Each operation, and its commands.
#[expect(clippy::cognitive_complexity, reason = "it is a list")]
async fn costs(store: &impl ExpressStore, monitor: &Monitor) -> Vec<(&'static str, String)> {
    let (sid, now) = (ExpressSid::new("a"), SystemClock.now());
    let expires_at = now + Duration::from_secs(3600);
    let session = |text| ExpressSession { text, expires_at };
    let mut costs = Vec::new();
    macro_rules! cost {
        ($name:literal, $operation:expr) => {{
            let answer = $operation.await.unwrap();
            let commands: Vec<_> = monitor.sent().iter().map(|sent| sent.name()).collect();
            costs.push(($name, commands.join(" ")));
            answer
        }};
    }
    monitor.sent();
    let version = cost!("create", store.create(&sid, &session(FIRST), now)).unwrap();
    assert!(cost!("create, taken", store.create(&sid, &session(FIRST), now)).is_none());
    assert!(cost!("load", store.load(&sid, now)).is_some());
    let replaced = cost!("replace", store.replace(&sid, &session(SECOND), &version, now));
    assert!(matches!(replaced, ExpressReplaced::Replaced(_)));
    let changed = cost!("replace, changed", store.replace(&sid, &session(FIRST), &version, now));
    assert!(matches!(changed, ExpressReplaced::Changed(_)));
    assert!(cost!("touch", store.touch(&sid, expires_at, now)));
    assert_eq!(
        cost!("delete, changed", store.delete(&sid, Some(&version))),
        ExpressRemoved::Changed
    );
    assert_eq!(cost!("delete", store.delete(&sid, None)), ExpressRemoved::Removed);
    assert_eq!(
        cost!("replace, gone", store.replace(&sid, &session(FIRST), &version, now)),
        ExpressReplaced::Gone
    );
    costs
}

const EXPECTED: [(&str, &str); 9] = [
    ("create", "insert"),
    ("create, taken", "insert"),
    ("load", "find"),
    ("replace", "update"),
    ("replace, changed", "update find"),
    ("touch", "update"),
    ("delete, changed", "delete find"),
    ("delete", "delete"),
    ("replace, gone", "update find"),
];

#[tokio::test]
async fn an_operation_is_one_command_unless_somebody_else_was_there() {
    let monitor = Monitor::default();
    let builder = async || {
        let options = monitor.options(&variable(URL)).await;
        MongoStore::from_options(options)
            .collection(collection())
            .response_timeout(LIMIT)
    };
    let expected = EXPECTED.map(|(name, commands)| (name, commands.to_owned()));
    let store = ConnectMongodbSessionStore::open(builder().await).await.unwrap();
    assert_eq!(costs(&store, &monitor).await, expected);
    let store = ConnectMongoStore::open(builder().await).await.unwrap();
    assert_eq!(costs(&store, &monitor).await, expected);
}
