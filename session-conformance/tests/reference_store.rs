//! The reference keeps every promise, as one handle and as two.

mod one_node {
    use session_conformance::ReferenceStore;

    session_conformance::store_contract!(async { ReferenceStore::new() });
}

mod two_nodes {
    use std::sync::Arc;

    use session_conformance::{ReferenceStore, TwoNodes};

    session_conformance::store_contract!(async {
        let namespace = Arc::new(ReferenceStore::new());
        TwoNodes::new(Arc::clone(&namespace), namespace)
    });
}
