//! The store of `examples/own_store` keeps the store contract, and managers are right about it.

#[path = "../examples/own_store/timed.rs"]
mod timed;

use session_kit::store::MemoryStore;
use timed::{Numbers, Timed};

fn store() -> Timed<MemoryStore> {
    Timed {
        inner: MemoryStore::new(),
        numbers: Numbers::default(),
    }
}

session_conformance::store_contract!(async { store() });
session_conformance::manager_contract!(async { store() });
