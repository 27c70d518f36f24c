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
use session_core::{Loaded, Record, Updated};
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

/// A second record would wait until the server has acknowledged the first.
async fn updates_travel_together_as_far_as_one_record_goes<E: Engine>() {
    let url = variable(E::URL);
    let proxy = Proxy::before::<Records>(address(&url)).await;
    let far = Settings::at(with_parameter(&proxy.through(&url), E::ENCRYPTED)).connections(1);
    let near = Settings {
        url,
        connections: 4,
        ..far.clone()
    };
    let (far, near) = (far.connect::<E>().await, near.connect::<E>().await);
    for bytes in [10, 300, 3000] {
        let of = |revision| Record {
            payload: vec![7; bytes].into(),
            ..record(revision)
        };
        let mut sessions = Vec::new();
        for number in 0..100 {
            let record = of(number);
            sessions.push((create(&near, &record).await, record));
        }
        let mut trips = Vec::new();
        // What was never run on this connection is prepared by the first.
        for round in 1..=2 {
            drop(proxy.trips());
            let updates = sessions.iter_mut().map(|(key, current)| {
                let (far, key, expected) = (Arc::clone(&far), *key, current.revision);
                *current = of(1000 * round);
                let next = current.clone();
                tokio::spawn(async move { far.update(&key, &next, expected, NOW).await.unwrap() })
            });
            for updated in join_all(updates).await {
                assert_eq!(updated.unwrap(), Updated::Applied);
            }
            trips = proxy.trips();
        }
        assert!(
            trips.iter().all(|trip| *trip == [Sent::Execute]),
            "{bytes} bytes: {trips:?}"
        );
        assert!(!trips.is_empty());
        let together = 100 / trips.len();
        let fitting = 100.min((1 << 14) / (2 * (bytes + 400)));
        assert!(
            together >= fitting / 2,
            "{bytes} bytes: {together} of {fitting} together"
        );
        for (key, current) in sessions {
            assert_eq!(near.load(&key, NOW).await.unwrap(), Loaded::Found(current));
        }
    }
}
