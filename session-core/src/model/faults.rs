//! The model bites: each planted fault violates a sentence, by name.

use std::time::Duration;

use super::engine::Grain;
use super::explorer::explore;
use super::fault::Fault;
use super::program::{
    APPEND, APPEND_AND_INSERT, BLIND_SIGN_OUT, DESTROY, INSERT, LOOK, Program, REGENERATE, REVOKE_A, SIGN_IN_A,
    SIGN_OUT,
};
use super::scenario::Scenario;

const LIVES: &str = "a session that nobody ended lives, and once";
const CHANGES: &str = "every acknowledged change is there once, and no other";
const DELETION: &str = "deletion wins";
const REVOKED: &str = "a revoked owner's sessions are gone";
const OLD_ID: &str = "nobody reads through an old id";

/// The fault, the requests that meet it, and the sentence that it breaks.
const TABLE: &[(Fault, &[Program], &str)] = &[
    (Fault::UpdateInserts, &[APPEND, DESTROY], DELETION),
    (Fault::UpdateIgnoresTheRevision, &[APPEND, APPEND], CHANGES),
    (Fault::LoadFollowsMarks, &[LOOK, REGENERATE], OLD_ID),
    (Fault::DeleteStopsAtAMark, &[DESTROY, REGENERATE], DELETION),
    (
        Fault::RotateCopies,
        &[REGENERATE],
        "where a session has moved from, it lives no more",
    ),
    (Fault::RotateRemovesFirst, &[REGENERATE], LIVES),
    (Fault::RotateLeavesNoMark, &[BLIND_SIGN_OUT, REGENERATE], DELETION),
    (Fault::RotateInsertsUnseen, &[REGENERATE, DESTROY], DELETION),
    (Fault::TurnIsUnconditional, &[REGENERATE, APPEND], CHANGES),
    (Fault::CutOffIsNotChecked, &[SIGN_IN_A, REVOKE_A], REVOKED),
    (Fault::CutOffIsCheckedLast, &[SIGN_IN_A, REVOKE_A], LIVES),
    (Fault::RevokeListsFirst, &[SIGN_IN_A, REVOKE_A], REVOKED),
    (Fault::ResendsOnTheQuiet, &[APPEND], CHANGES),
    (
        Fault::SignInIsHidden,
        &[APPEND_AND_INSERT, SIGN_IN_A],
        "no blind write follows a session across a sign-in",
    ),
    (
        Fault::MovedIsTakenForAbsent,
        &[INSERT, REGENERATE],
        "a stale id gets no session, unless by signing in",
    ),
    (
        Fault::GoneSendsACookie,
        &[INSERT, SIGN_OUT],
        "a commit that ended Gone sends no cookie",
    ),
];

fn scenario(programs: &[Program]) -> Scenario {
    Scenario {
        grain: Grain::Steps,
        forwarding_time: Duration::from_secs(30),
        losses: 1,
        crashes: 1,
        ..Scenario::of(programs)
    }
}

#[test]
fn every_planted_fault_is_caught_by_the_sentence_that_it_breaks() {
    for (fault, programs, sentence) in TABLE {
        let faulty = Scenario {
            fault: Some(*fault),
            ..scenario(programs)
        };
        let found = explore(&faulty).err().map(|found| found.sentence);
        assert_eq!(found, Some(*sentence), "{fault:?}");
        explore(&scenario(programs)).unwrap();
    }
}

#[test]
fn a_deletion_that_leaves_what_has_ended_lets_a_late_touch_revive_it() {
    let sound = Scenario {
        ticks: super::PAST_THE_END,
        ..scenario(&[LOOK, DESTROY])
    };
    let faulty = Scenario {
        fault: Some(Fault::DeleteLeavesWhatHasEnded),
        ..sound.clone()
    };
    assert_eq!(explore(&faulty).unwrap_err().sentence, DELETION);
    explore(&sound).unwrap();
}
