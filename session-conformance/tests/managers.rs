//! Managers keep their promises on the reference, and on the store that lives in the process.

mod on_the_reference {
    use session_conformance::ReferenceStore;

    session_conformance::manager_contract!(async { ReferenceStore::new() });
}

mod in_memory {
    use session_store_memory::MemoryStore;

    session_conformance::manager_contract!(async { MemoryStore::new() });
}
