//! The contract of a store, kept in memory.

use session_store_memory::MemoryStore;

session_conformance::store_contract!(async { MemoryStore::new() });
