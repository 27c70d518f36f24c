//! Every order of the actors' store operations, up to a number of switches.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use session_core::StoreError;

use crate::actor::{Actor, Outcome};
use crate::world::World;

/// Far more operations than any of the actors needs.
const MOST_STEPS: usize = 300;

/// At this step another actor goes on; the one that was under way waits, or dies.
#[derive(Clone, Copy, Debug)]
struct Switch {
    at: usize,
    to: usize,
    dies: bool,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Outcome, StoreError>> + 'a>>;

/// Runs the actors, the first of them first, in every order with at most `switches` switches.
#[track_caller]
pub(crate) fn explore(actors: &[Actor], switches: usize) {
    let runs = explore_from(actors, switches, &mut Vec::new());
    assert!(runs > 20, "{actors:?}: {runs} orders are all that there are?");
}

#[track_caller]
fn explore_from(actors: &[Actor], switches: usize, schedule: &mut Vec<Switch>) -> usize {
    let on_their_turn = run(actors, schedule);
    if switches == 0 {
        return 1;
    }
    let after = schedule.last().map_or(0, |last| last.at + 1);
    let mut runs = 1;
    for (at, running) in on_their_turn.iter().enumerate().skip(after) {
        for to in (0..actors.len()).filter(|to| to != running) {
            for dies in [false, true] {
                schedule.push(Switch { at, to, dies });
                runs += explore_from(actors, switches - 1, schedule);
                schedule.pop();
            }
        }
    }
    runs
}

/// Runs one order, holds its end to the promises, and answers whose turn it was at each step.
#[track_caller]
fn run(actors: &[Actor], schedule: &[Switch]) -> Vec<usize> {
    let world = World::new();
    let stores: Vec<_> = actors.iter().map(|actor| world.node(actor.is_prepared)).collect();
    let mut outcomes = vec![Outcome::Unknown; actors.len()];
    let mut running: Vec<Option<Running<'_>>> = actors
        .iter()
        .zip(&stores)
        .zip(1..)
        .map(|((actor, store), number)| Some(Box::pin(actor.run(store, number)) as Running<'_>))
        .collect();
    let mut turns = Vec::new();
    let mut turn = 0;
    let mut context = Context::from_waker(Waker::noop());
    while running.iter().any(Option::is_some) {
        assert!(turns.len() < MOST_STEPS, "{actors:?} {schedule:?}: no end");
        if let Some(switch) = schedule.iter().find(|switch| switch.at == turns.len()) {
            if switch.dies {
                running[turn] = None;
            }
            turn = switch.to;
        }
        if running[turn].is_none() {
            match running.iter().position(Option::is_some) {
                Some(next) => turn = next,
                None => break,
            }
        }
        turns.push(turn);
        let Some(future) = &mut running[turn] else {
            continue;
        };
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            outcomes[turn] = outcome.unwrap_or_else(|error| panic!("{actors:?} {schedule:?}: {error:?}"));
            running[turn] = None;
        }
    }
    drop(running);
    let verdict = world.verdict(actors, &outcomes);
    assert!(verdict.is_ok(), "{actors:?}\n{schedule:?}\n{outcomes:?}\n{verdict:?}");
    turns
}
