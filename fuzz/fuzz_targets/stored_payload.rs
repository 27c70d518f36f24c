//! A store may hold anything: what can't be read is an error, and is never overwritten.

#![no_main]

use std::sync::atomic::Ordering;

use libfuzzer_sys::fuzz_target;
use session_core::Error;
use session_fuzz::{AnyPayload, ONE_SESSION};

fuzz_target!(|payload: &[u8]| {
    let (store, is_written) = AnyPayload::new(payload);
    let (manager, session) = store.open();
    ONE_SESSION.runtime.block_on(async {
        let keys = session.keys().await;
        if let Ok(keys) = &keys {
            for key in keys {
                assert!(session.contains_key(key.as_str()).await.unwrap());
                match session.get::<Vec<(String, u64)>>(key.as_str()).await {
                    Ok(Some(_)) | Err(Error::Decode { .. }) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        session.insert("new", "what nothing stored says").unwrap();
        let committed = manager.commit(session, 200).await;
        assert_eq!(
            keys.is_ok(),
            committed.result.is_ok(),
            "whole records can be written, damaged ones can't"
        );
        assert_eq!(
            committed.result.is_ok(),
            is_written.load(Ordering::Relaxed),
            "what is damaged is left alone"
        );
    });
});
