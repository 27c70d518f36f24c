//! What is explored: which requests, on which engine, and what may go wrong.

use std::sync::LazyLock;
use std::time::Duration;

use super::content::Content;
use super::engine::{Engine, Grain};
use super::fault::Fault;
use super::program::Program;
use crate::clock::Moment;
use crate::commit::Rules;
use crate::expiry::Expiry;
use crate::id::{SessionId, StoreKey};
use crate::payload::Draft;
use crate::record::{Owner, Record, Revision};
use crate::store::MARK_KEPT;

/// Where the session is that is there from the start.
pub(super) static FIRST: LazyLock<StoreKey> = LazyLock::new(|| SessionId::numbered(1).store_key());
/// The key of an id that was never issued.
pub(super) static UNKNOWN: LazyLock<StoreKey> = LazyLock::new(|| SessionId::numbered(2).store_key());
pub(super) const FIRST_REVISION: Revision = Revision::from_u64(1);

const START: Moment = Moment::from_millis(1_000_000);

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) programs: Vec<Program>,
    /// Whose the first session is.
    pub(super) owner: Option<&'static str>,
    pub(super) grain: Grain,
    pub(super) forwarding_time: Duration,
    /// How many milliseconds after the start each tick of the clock comes.
    pub(super) ticks: &'static [u64],
    /// How many requests to the store or replies of it may be lost.
    pub(super) losses: usize,
    /// How many processes may end in the middle of a store operation.
    pub(super) crashes: usize,
    /// Requests of one process hand their records on.
    pub(super) offers: bool,
    pub(super) fault: Option<Fault>,
}

impl Scenario {
    pub(super) fn of(programs: &[Program]) -> Self {
        Self {
            programs: programs.to_vec(),
            owner: None,
            grain: Grain::Steps,
            forwarding_time: Duration::from_secs(30),
            ticks: &[],
            losses: 0,
            crashes: 0,
            offers: false,
            fault: None,
        }
    }

    pub(super) fn engine(&self) -> Engine {
        Engine {
            grain: self.grain,
            fault: self.fault,
        }
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            expiry: Expiry::new(),
            forwarding_time: self.forwarding_time,
            size_limit: 1000,
            stores_empty: false,
            is_active: false,
            can_issue: true,
            signs_anew: false,
        }
    }

    /// Whether all marks outlast the scenario.
    pub(super) fn keeps_marks(&self) -> bool {
        self.ticks
            .last()
            .is_none_or(|last| Duration::from_millis(*last) < MARK_KEPT)
    }

    pub(super) fn moments(&self) -> usize {
        self.ticks.len() + 1
    }

    pub(super) fn moment(&self, ticks: usize) -> Moment {
        ticks
            .checked_sub(1)
            .map_or(START, |last| START + Duration::from_millis(self.ticks[last]))
    }

    pub(super) fn first_content(&self) -> Content {
        Content::of(&self.first_record())
    }

    pub(super) fn first_record(&self) -> Record {
        let began_at = Moment::from_millis(START.as_millis() - 1);
        let draft = Draft {
            revision: FIRST_REVISION,
            created_at: began_at,
            last_seen_at: began_at,
            owner: self.owner.map(|owner| Owner::new(owner).unwrap()),
            signed_in_at: self.owner.map(|_| began_at),
            lineage: FIRST_REVISION,
            forwards_until: None,
            limits: Expiry::new().limits(began_at),
            foreign: &[],
            values: vec![
                ("shared".into(), b"0".as_slice().into()),
                ("trail".into(), b"-".as_slice().into()),
            ],
            replaces: None,
        };
        draft.write(1000).unwrap().record().clone()
    }
}
