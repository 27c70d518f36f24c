//! Every interleaving of two and three requests over the real plan, commit and merge, up to a bound.
//!
//! The requests are real commits, told what a model store replies. The store does at one instant what an engine can do at
//! one instant: in [`Grain::Whole`] every operation, in [`Grain::Steps`] no more than one key, with the steps of others in
//! between. What may go wrong is bounded for each group: requests and replies that are lost, processes that end between two
//! steps, a clock that passes the ends of marks and sessions. Every state is checked against the sentences in
//! `properties`, and a violation is told as the shortest way to it.
//!
//! `SESSION_MODEL=large` explores more: one loss in every group, and two where requests meet in pairs without a clock. It
//! takes one to two minutes instead of twenty seconds.

mod content;
mod engine;
mod explorer;
mod fault;
mod faults;
mod groups;
mod kept;
mod machine;
mod outcome;
mod program;
mod properties;
mod revocation;
mod scenario;
mod sight;
mod world;

use engine::Grain;
use groups::{Group, pairs, triples};
use program::{
    ALL, APPEND, APPEND_AND_INSERT, DESTROY, LOOK, Presents, Program, REGENERATE, REVOKE_A, SIGN_IN_A, SIGN_IN_B,
    SIGN_OUT, SIGN_OUT_KEEPING,
};
use scenario::Scenario;

/// A millisecond: who began before whom.
const A_MOMENT: &[u64] = &[1];
/// Past the forwarding time of 30 seconds, and past the time that marks are kept.
const PAST_THE_MARKS: &[u64] = &[31_000, 61_000];
/// Past a tenth of the idle time, so that a touch is due, and past the end of a session that was not touched.
const PAST_THE_END: &[u64] = &[240_000, 1_860_000];

/// What meets in threes.
const CHOSEN: &[Program] = &[
    LOOK,
    APPEND_AND_INSERT,
    REGENERATE,
    SIGN_IN_A,
    SIGN_IN_B,
    SIGN_OUT,
    SIGN_OUT_KEEPING,
    DESTROY,
    REVOKE_A,
];

/// A visitor who goes on with the id that the first request sent, while another request still has the old one.
const NEXT_APPEND: Program = APPEND.presenting(Presents::CookieOf(0));
const NEXT_REGENERATE: Program = REGENERATE.presenting(Presents::CookieOf(0));
const NEXT_SIGN_OUT: Program = SIGN_OUT.presenting(Presents::CookieOf(0));

fn is_large() -> bool {
    std::env::var("SESSION_MODEL").is_ok_and(|size| size == "large")
}

#[test]
fn pairs_keep_every_promise_when_replies_are_lost_and_processes_end() {
    Group {
        name: "pairs, losses",
        losses: if is_large() { 2 } else { 1 },
        crashes: 1,
        offers: true,
        ..Group::of(pairs(ALL))
    }
    .holds(150_000);
}

#[test]
fn pairs_keep_every_promise_whoever_begins_first() {
    Group {
        name: "pairs, a moment",
        ticks: A_MOMENT,
        losses: usize::from(is_large()),
        ..Group::of(pairs(ALL))
    }
    .holds(200_000);
}

#[test]
fn pairs_keep_every_promise_past_the_ends_of_marks() {
    Group {
        name: "pairs, marks end",
        ticks: if is_large() {
            PAST_THE_MARKS
        } else {
            &PAST_THE_MARKS[1..]
        },
        losses: 1,
        ..Group::of(pairs(CHOSEN))
    }
    .holds(200_000);
}

#[test]
fn pairs_keep_every_promise_past_the_ends_of_sessions() {
    Group {
        name: "pairs, sessions end",
        ticks: PAST_THE_END,
        losses: usize::from(is_large()),
        ..Group::of(pairs(CHOSEN))
    }
    .holds(200_000);
}

#[test]
fn triples_keep_every_promise() {
    Group {
        name: "triples",
        losses: usize::from(is_large()),
        crashes: 1,
        offers: true,
        ..Group::of(triples(CHOSEN))
    }
    .holds(200_000);
}

#[test]
fn a_visitor_who_goes_on_with_a_new_id_keeps_every_promise() {
    let mut programs = Vec::new();
    for first in [REGENERATE, SIGN_IN_A, SIGN_OUT_KEEPING] {
        for next in [NEXT_APPEND, NEXT_REGENERATE, NEXT_SIGN_OUT] {
            programs.extend(CHOSEN.iter().map(|late| vec![first, next, *late]));
        }
    }
    Group {
        name: "a new id, and a late request with the old one",
        losses: 1,
        ..Group::of(programs)
    }
    .holds(100_000);
}

#[test]
fn the_shortest_scenario_is_as_small_as_can_be_told_by_hand() {
    let alone = Scenario {
        grain: Grain::Whole,
        ..Scenario::of(&[APPEND])
    };
    // Before it begins, before it loads, before it writes, and done.
    assert_eq!(explorer::explore(&alone).unwrap().states, 4);
}
