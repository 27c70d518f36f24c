//! A slot on its way from one master to another, as operators' tools move it.

use std::time::Duration;

use tokio::time::sleep;

use super::cluster::Cluster;
use super::server::Server;

/// Some of its keys are still here, and some are there, for as long as a test wants it.
pub(crate) struct MovingSlot<'a> {
    slot: String,
    source: &'a Server,
    target: &'a Server,
    target_id: String,
}

impl Cluster {
    /// It stays half-way for a moment.
    pub(crate) async fn move_slot(&self, slot: u16, from: usize, to: usize) {
        let moving = self.begin_to_move(slot, from, to).await;
        while moving.carry_key().await {
            sleep(Duration::from_millis(10)).await;
        }
        moving.arrive().await;
    }

    pub(crate) async fn begin_to_move(&self, slot: u16, from: usize, to: usize) -> MovingSlot<'_> {
        let (slot, source, target) = (slot.to_string(), &self.masters[from], &self.masters[to]);
        let (source_id, target_id) = (source.id().await, target.id().await);
        target
            .tell(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &source_id])
            .await;
        source
            .tell(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &target_id])
            .await;
        MovingSlot {
            slot,
            source,
            target,
            target_id,
        }
    }
}

impl MovingSlot<'_> {
    /// Whether there was one left.
    pub(crate) async fn carry_key(&self) -> bool {
        let keys: Vec<String> = self.source.ask(&["CLUSTER", "GETKEYSINSLOT", &self.slot, "1"]).await;
        let Some(key) = keys.first() else {
            return false;
        };
        let port = self.target.port.to_string();
        self.source
            .tell(&["MIGRATE", "127.0.0.1", &port, key, "0", "5000"])
            .await;
        true
    }

    pub(crate) async fn arrive(self) {
        // The target first, lest nobody has it.
        for node in [self.target, self.source] {
            node.tell(&["CLUSTER", "SETSLOT", &self.slot, "NODE", &self.target_id])
                .await;
        }
    }
}
