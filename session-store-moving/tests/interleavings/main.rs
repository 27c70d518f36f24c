//! Nodes and movers at once, one store operation at a time, in every order up to a number of switches; each of them may die at a switch.
//!
//! Whatever the order: what was acknowledged is there once, what was ended is gone, and there is one session.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "an actor that is not there is a failed test"
)]

mod actor;
mod explorer;
mod gated;
mod world;

use actor::Act::{Append, Delete, EndAll, List, Look, Rotate, Touch};
use actor::{Act, Actor, moving, prepared};
use explorer::explore;

/// Every pair of nodes that can be there at the same time, each with its act.
fn pairs(one: Act, other: Act) -> impl Iterator<Item = [Actor; 2]> {
    let nodes = [prepared as fn(Act) -> Actor, moving];
    nodes
        .into_iter()
        .flat_map(move |first| nodes.into_iter().map(move |second| [first(one), second(other)]))
}

#[track_caller]
fn explore_pairs(one: Act, other: Act, switches: usize) {
    for actors in pairs(one, other) {
        explore(&actors, switches);
    }
}

#[test]
fn changes_survive_a_move() {
    explore_pairs(Append(1), Append(2), 3);
    explore_pairs(Look, Append(1), 3);
    explore_pairs(Touch, Append(1), 3);
}

#[test]
fn two_that_move_the_same_session_move_it_once() {
    explore_pairs(Look, Look, 4);
}

#[test]
fn rotations_survive_a_move() {
    explore_pairs(Rotate(2), Append(1), 3);
    explore_pairs(Rotate(2), Look, 3);
    explore_pairs(Rotate(2), Rotate(3), 3);
}

#[test]
fn what_is_deleted_stays_deleted() {
    for act in [Look, Append(1), Rotate(2), Touch, Delete] {
        explore_pairs(Delete, act, 3);
    }
}

#[test]
fn whoever_is_signed_out_everywhere_stays_signed_out() {
    for act in [Look, Append(1), Rotate(2), Touch, Delete, EndAll] {
        explore_pairs(EndAll, act, 3);
    }
}

#[test]
fn a_list_has_the_session_whatever_is_done_to_it() {
    for act in [Look, Append(1), Rotate(2)] {
        explore_pairs(List, act, 3);
    }
}

#[test]
fn three_at_once() {
    for act in [Append(1), Rotate(2), Delete, EndAll] {
        explore(&[moving(Look), prepared(act), moving(Look)], 3);
        explore(&[moving(Look), prepared(act), prepared(Append(3))], 2);
        explore(&[moving(act), prepared(Append(3)), moving(Delete)], 2);
        explore(&[prepared(Rotate(4)), moving(Look), moving(act)], 2);
        explore(&[moving(Look), moving(Delete), moving(Delete)], 2);
    }
}
