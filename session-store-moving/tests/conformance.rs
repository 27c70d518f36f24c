//! The store contract, over two stores: by nodes of either kind, and by both kinds at once while somebody moves the sessions.
//!
//! On real stores the same is done by the command that moves sessions, whose crate has them all.

mod support {
    pub(crate) mod both_kinds;
}

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
    use session_conformance::ReferenceStore;

    use crate::support::both_kinds::BothKinds;

    session_conformance::store_contract!(async { BothKinds::over(ReferenceStore::new(), ReferenceStore::new()) });
    session_conformance::manager_contract!(async { BothKinds::over(ReferenceStore::new(), ReferenceStore::new()) });
}
