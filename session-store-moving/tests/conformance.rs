//! The store contract, over two stores: by nodes of either kind, and by both kinds at once while somebody moves the sessions.
//!
//! On real stores the same is done by the command that moves sessions, whose crate has them all.

mod moving {
    use session_conformance::ReferenceStore;
    use session_store_moving::MovingStore;

    session_conformance::store_contract!(async { MovingStore::new(ReferenceStore::new(), ReferenceStore::new()) });
}

mod prepared {
    use session_conformance::ReferenceStore;
    use session_store_moving::MovingStore;

    session_conformance::store_contract!(async { MovingStore::prepared(ReferenceStore::new(), ReferenceStore::new()) });
}

mod both_kinds {
    use std::sync::Arc;

    use session_conformance::ReferenceStore;
    use session_store_moving::MovingStore;
    use session_test_support::taking_turns::TakingTurns;

    session_conformance::store_contract!(async { both_kinds() });
    session_conformance::manager_contract!(async { both_kinds() });

    fn both_kinds() -> TakingTurns<MovingStore> {
        let (old, new) = (Arc::new(ReferenceStore::new()), Arc::new(ReferenceStore::new()));
        TakingTurns::of(
            MovingStore::prepared(Arc::clone(&old), Arc::clone(&new)),
            MovingStore::new(old, new),
        )
    }
}
