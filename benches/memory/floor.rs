//! What keeping costs at least: a map of many locks, and bytes in it. It knows no end, no revision and no owner.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use session_bench::scattered_key;

use crate::ours::PAYLOAD;
use crate::sessions::Sessions;

const SHARDS: usize = 64;

type Shard = RwLock<HashMap<[u8; 32], Arc<[u8]>>>;

pub(crate) struct Floor([Shard; SHARDS]);

impl Floor {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| Shard::default()))
    }

    fn shard(&self, key: &[u8; 32]) -> &Shard {
        &self.0[usize::from(key[0]) % SHARDS]
    }
}

impl Sessions for Floor {
    async fn create(&self, number: usize) -> bool {
        let key = scattered_key(number);
        self.shard(&key).write().unwrap().insert(key, PAYLOAD.into()).is_none()
    }

    async fn read(&self, number: usize) {
        let key = scattered_key(number);
        let found = self.shard(&key).read().unwrap().get(&key).cloned();
        assert_eq!(*found.unwrap(), PAYLOAD);
    }

    async fn write(&self, number: usize) {
        self.read(number).await;
        let key = scattered_key(number);
        assert!(self.shard(&key).write().unwrap().insert(key, PAYLOAD.into()).is_some());
    }
}
