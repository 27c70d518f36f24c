//! Scenarios that are explored together, on both grains, with and without an owner and a forwarding time.

use std::time::Duration;

use super::engine::Grain;
use super::explorer::{Explored, explore};
use super::program::Program;
use super::scenario::Scenario;

#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) programs: Vec<Vec<Program>>,
    pub(super) ticks: &'static [u64],
    pub(super) losses: usize,
    pub(super) crashes: usize,
    pub(super) offers: bool,
}

/// Every two of them, also twice the same.
pub(super) fn pairs(programs: &[Program]) -> Vec<Vec<Program>> {
    let mut pairs = Vec::new();
    for (place, one) in programs.iter().enumerate() {
        pairs.extend(programs[place..].iter().map(|two| vec![*one, *two]));
    }
    pairs
}

/// Every three of them.
pub(super) fn triples(programs: &[Program]) -> Vec<Vec<Program>> {
    let mut triples = Vec::new();
    for (place, one) in programs.iter().enumerate() {
        for two in pairs(&programs[place..]) {
            triples.push(vec![*one, two[0], two[1]]);
        }
    }
    triples
}

impl Group {
    pub(super) fn of(programs: Vec<Vec<Program>>) -> Self {
        Self {
            name: "",
            programs,
            ticks: &[],
            losses: 0,
            crashes: 0,
            offers: false,
        }
    }

    /// Explores all of it.
    ///
    /// # Panics
    ///
    /// When a property is violated, or when there were fewer states than it takes to believe the result.
    pub(super) fn holds(&self, fewest_states: usize) {
        let mut sum = Explored::default();
        let mut scenarios = 0;
        for programs in &self.programs {
            for scenario in self.variants(programs) {
                let explored = explore(&scenario).unwrap_or_else(|found| panic!("{found}"));
                assert!(explored.states > programs.len(), "{programs:?} went nowhere");
                sum.states += explored.states;
                sum.depth = sum.depth.max(explored.depth);
                scenarios += 1;
            }
        }
        let Self { name, losses, .. } = self;
        let Explored { states, depth } = sum;
        println!("{name}: {scenarios} scenarios, {states} states, depth {depth}, losses {losses}");
        assert!(states >= fewest_states, "{states} states are suspiciously few");
    }

    fn variants(&self, programs: &[Program]) -> Vec<Scenario> {
        let mut variants = Vec::new();
        for grain in [Grain::Whole, Grain::Steps] {
            for owner in [None, Some("A")] {
                for forwarding_time in [Duration::ZERO, Duration::from_secs(30)] {
                    variants.push(Scenario {
                        owner,
                        grain,
                        forwarding_time,
                        ticks: self.ticks,
                        losses: self.losses,
                        crashes: self.crashes,
                        offers: self.offers,
                        ..Scenario::of(programs)
                    });
                }
            }
        }
        variants
    }
}
