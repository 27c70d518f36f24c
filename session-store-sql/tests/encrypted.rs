//! What goes over connections that are encrypted.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[macro_use]
mod support;

use std::sync::Arc;

use futures_util::future::join_all;
use session_core::{Loaded, Record, Store, StoreKey, Updated};
use session_test_support::proxy::{Protocol, Proxy, Sent, address};

use support::engine::{Engine, Settings};
use support::session::{NOW, create, record};
use support::{variable, with_parameter};

/// The records of TLS (RFC 8446, section 5.1). What goes before the first of them is not encrypted.
#[derive(Default)]
struct Records {
    header: Vec<u8>,
    /// So much of a record is still to come.
    rest: usize,
    has_begun: bool,
}

const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const MAJOR_VERSION: u8 = 3;

impl Protocol for Records {
    fn read(&mut self, bytes: &[u8]) -> Vec<Sent> {
        let mut sent = Vec::new();
        for &byte in bytes {
            if self.rest > 0 {
                self.rest -= 1;
                continue;
            }
            self.header.push(byte);
            if !self.has_begun {
                self.has_begun = self.header == [HANDSHAKE, MAJOR_VERSION];
                let before = self.header.len() - 1;
                self.header.drain(..if self.has_begun { 0 } else { before });
            } else if let [content, _, _, length @ ..] = &*self.header
                && let Ok(length) = <[u8; 2]>::try_from(length)
            {
                self.rest = u16::from_be_bytes(length).into();
                let is_data = *content == APPLICATION_DATA;
                sent.push(if is_data { Sent::Execute } else { Sent::Enter });
                self.header.clear();
            }
        }
        sent
    }
}

on_each_engine! {
    updates_travel_together_as_far_as_one_record_goes
}

/// How many sessions are updated at once.
const TOGETHER: u64 = 100;

/// A store that a proxy sees, and another one, in the same tables.
struct Line {
    proxy: Proxy,
    far: Arc<dyn Store>,
    near: Arc<dyn Store>,
}

impl Line {
    async fn new<E: Engine>() -> Self {
        let url = variable(E::URL);
        let proxy = Proxy::before::<Records>(address(&url)).await;
        let far = Settings::at(with_parameter(&proxy.through(&url), E::ENCRYPTED)).connections(1);
        let near = Settings { url, ..far.clone() };
        Self {
            far: far.connect::<E>().await,
            near: near.connect::<E>().await,
            proxy,
        }
    }

    /// Updates all of them at once, and answers what was sent.
    async fn update(&self, sessions: &mut [(StoreKey, Record)], next: &Record) -> Vec<Vec<Sent>> {
        drop(self.proxy.trips());
        let updates = sessions.iter_mut().map(|(key, current)| {
            let (far, key, expected, next) = (Arc::clone(&self.far), *key, current.revision, next.clone());
            current.clone_from(&next);
            tokio::spawn(async move { far.update(&key, &next, expected, NOW).await.unwrap() })
        });
        for updated in join_all(updates).await {
            assert_eq!(updated.unwrap(), Updated::Applied);
        }
        self.proxy.trips()
    }
}

/// A second record would wait until the server has acknowledged the first.
async fn updates_travel_together_as_far_as_one_record_goes<E: Engine>() {
    let line = Line::new::<E>().await;
    for bytes in [10, 300, 3000] {
        let of = |revision| Record {
            payload: vec![7; bytes].into(),
            ..record(revision)
        };
        let mut sessions = Vec::new();
        for number in 0..TOGETHER {
            let record = of(number);
            sessions.push((create(&line.near, &record).await, record));
        }
        // What was never run on this connection is prepared by the first.
        line.update(&mut sessions, &of(1000)).await;
        let trips = line.update(&mut sessions, &of(2000)).await;
        assert!(
            !trips.is_empty() && trips.iter().all(|trip| *trip == [Sent::Execute]),
            "{bytes} bytes: {trips:?}"
        );
        let (fitting, together) = ((1 << 14) / (2 * (bytes + 400)), sessions.len() / trips.len());
        assert!(
            together >= fitting / 2,
            "{bytes} bytes: {together} of {fitting} together"
        );
        for (key, current) in sessions {
            assert_eq!(line.near.load(&key, NOW).await.unwrap(), Loaded::Found(current));
        }
    }
}
