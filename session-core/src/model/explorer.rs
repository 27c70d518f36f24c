//! Visits every state that a scenario can reach, nearest first, so that a counterexample is as short as can be.

use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Write};

use super::kept::fingerprint;
use super::machine::Machines;
use super::properties;
use super::scenario::Scenario;
use super::sight::Sight;
use super::world::{Action, Stage, World};

/// What was visited, when every property held everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Explored {
    pub(super) states: usize,
    /// How many things happened on the longest of the shortest ways.
    pub(super) depth: usize,
}

/// A property that does not hold, and the shortest way to a state where it does not.
#[derive(Debug)]
pub(super) struct Counterexample {
    pub(super) sentence: &'static str,
    pub(super) trace: String,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "violated: {}\n{}", self.sentence, self.trace)
    }
}

pub(super) fn explore(scenario: &Scenario) -> Result<Explored, Counterexample> {
    let mut machines = Machines::new(scenario.rules(), scenario.programs.clone(), scenario.fault);
    let first = World::new(scenario);
    let mut visited = HashSet::from([fingerprint(&first)]);
    // How each state was reached: from which one, by which action.
    let mut ways: Vec<Option<(usize, Action)>> = vec![None];
    let mut waiting = VecDeque::from([(first, 0, 0)]);
    let mut explored = Explored::default();
    while let Some((world, number, depth)) = waiting.pop_front() {
        explored = Explored {
            states: visited.len(),
            depth,
        };
        let actions = world.actions(scenario, &machines);
        if let Some(sentence) = properties::violated(&Sight::of(scenario, &machines, &world), actions.is_empty()) {
            let trace = tell(scenario, &mut machines, &ways, number);
            return Err(Counterexample { sentence, trace });
        }
        for action in actions {
            let mut next = world.clone();
            next.apply(action, scenario, &mut machines);
            if visited.insert(fingerprint(&next)) {
                ways.push(Some((number, action)));
                waiting.push_back((next, ways.len() - 1, depth + 1));
            }
        }
    }
    Ok(explored)
}

/// The way to a state in words.
fn tell(scenario: &Scenario, machines: &mut Machines, ways: &[Option<(usize, Action)>], mut number: usize) -> String {
    let mut actions = Vec::new();
    while let Some((earlier, action)) = ways[number] {
        actions.push(action);
        number = earlier;
    }
    let names: Vec<_> = scenario.programs.iter().map(|program| program.name).collect();
    let mut text = format!("{names:?}, {scenario:?}\n");
    let mut world = World::new(scenario);
    for action in actions.into_iter().rev() {
        world.apply(action, scenario, machines);
        writeln!(text, "{action:?}").unwrap();
        for state in &world.requests {
            let Stage::Machine(node) = state.stage else { continue };
            let node = machines.node(node);
            let last = node.history.last();
            writeln!(
                text,
                "    {}: {:?}, last {last:?}, {:?}",
                node.request,
                state.progress(),
                node.outcome
            )
            .unwrap();
        }
    }
    writeln!(text, "{:?}", world.shelf).unwrap();
    text
}
