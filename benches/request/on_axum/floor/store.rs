//! Records under the hashes of their ids, and ids under a signature.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::COOKIE;

pub(super) type Key = [u8; 32];
type Shard = RwLock<HashMap<Key, Arc<[u8]>>>;

const SHARDS: usize = 64;
const ATTRIBUTES: &str = "; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400";

pub(super) struct Store {
    /// Prepared: the key is not hashed again for each cookie.
    mac: Hmac<Sha256>,
    shards: [Shard; SHARDS],
}

impl Store {
    pub(super) fn new(key: &[u8]) -> Self {
        Self {
            mac: Hmac::new_from_slice(key).unwrap(),
            shards: std::array::from_fn(|_| Shard::default()),
        }
    }

    /// The key of the session whose cookie is among these.
    pub(super) fn verify(&self, header: &[u8]) -> Option<Key> {
        let start = header
            .windows(COOKIE.len())
            .position(|name| name == COOKIE.as_bytes())?
            + COOKIE.len()
            + 1;
        let (id, signature) = (header.get(start..start + 43)?, header.get(start + 44..start + 87)?);
        let mut decoded = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut decoded).ok()?;
        let mac = self.mac.clone().chain_update(id);
        mac.verify_slice(&decoded[..length]).ok()?;
        Some(Sha256::digest(id).into())
    }

    /// A key that nobody has, and what is to tell the browser.
    pub(super) fn issue(&self) -> (Key, String) {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).unwrap();
        let mut line = String::with_capacity(COOKIE.len() + 88 + ATTRIBUTES.len());
        line.push_str(COOKIE);
        line.push('=');
        let start = line.len();
        URL_SAFE_NO_PAD.encode_string(bytes, &mut line);
        let id = &line.as_bytes()[start..];
        let (key, mac) = (Sha256::digest(id).into(), self.mac.clone().chain_update(id).finalize());
        line.push('.');
        URL_SAFE_NO_PAD.encode_string(mac.into_bytes(), &mut line);
        line.push_str(ATTRIBUTES);
        (key, line)
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        self.shard(key).read().unwrap().get(key).cloned()
    }

    pub(super) fn insert(&self, key: Key, record: Arc<[u8]>) {
        self.shard(&key).write().unwrap().insert(key, record);
    }

    pub(super) fn remove(&self, key: &Key) {
        self.shard(key).write().unwrap().remove(key);
    }

    fn shard(&self, key: &Key) -> &Shard {
        &self.shards[usize::from(key[0]) % SHARDS]
    }
}
