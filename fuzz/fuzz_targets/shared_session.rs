//! In a store that is shared anybody may have written anything: what can't be read is an error and is never overwritten, and
//! what can be goes back as it was, but for what was changed.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use session_core::{Error, RequestInfo, SessionManager, SigningKeys};
use session_fuzz::{AnyText, ONE_SESSION, SHARED_COOKIE};
use session_store_memory::MemoryStore;

type Members = BTreeMap<String, Box<RawValue>>;

fuzz_target!(|text: &[u8]| {
    let store = AnyText::new(text);
    let written = store.written.clone();
    let manager = store.clone().share();
    let session = manager.open([SHARED_COOKIE.as_bytes()], &RequestInfo::new());
    let readable = ONE_SESSION.runtime.block_on(async {
        let keys = session.keys().await;
        for key in keys.iter().flatten() {
            match session.get::<Vec<(String, u64)>>(key.as_str()).await {
                Ok(Some(_)) | Err(Error::Decode { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        session.insert("new", "what nothing stored says").unwrap();
        let committed = manager.commit(session, 200).await;
        assert_eq!(
            keys.is_ok(),
            committed.result.is_ok(),
            "what can't be read can't be written"
        );
        keys.is_ok()
    });
    let written = written.lock().unwrap().clone();
    assert_eq!(written.is_some(), readable, "nor is it");
    if let Some(written) = written {
        let after: Members = serde_json::from_str(&written).expect("what is written is JSON");
        assert!(
            written.starts_with("{\"cookie\":{\"originalMaxAge\":"),
            "with a cookie in it"
        );
        // Nothing, or null, was no session.
        if let Ok(before) = serde_json::from_slice::<Members>(text) {
            for (name, value) in before {
                if name != "cookie" && name != "new" {
                    assert_eq!(after[&name].get(), value.get(), "nobody changed it");
                }
            }
        }
    }

    let keys = SigningKeys::new([[7; 32]]).unwrap();
    let heir = SessionManager::builder(MemoryStore::new(), keys).taking_over_from_express(store, AnyText::settings());
    let heir = heir.build().unwrap();
    let session = heir.open([SHARED_COOKIE.as_bytes()], &RequestInfo::new());
    let taken_over = ONE_SESSION.runtime.block_on(session.keys());
    assert!(
        readable || taken_over.is_err(),
        "what can't be read can't be taken over"
    );
});
