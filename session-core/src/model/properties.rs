//! What must hold: in every state, and where nothing more can happen.

mod deletion;
mod machine;
mod writes;

use super::sight::Sight;

/// A sentence, and whether it holds.
pub(super) type Property = (&'static str, fn(&Sight<'_>) -> bool);

/// Checked in every state.
const ALWAYS: &[Property] = &[
    (
        "an id that was never issued is no key",
        machine::an_unknown_id_is_no_key,
    ),
    (
        "where a session has moved from, it lives no more",
        writes::an_old_key_is_dead,
    ),
    ("deletion wins", deletion::deletion_wins),
    (
        "a revoked owner's sessions are gone",
        deletion::revoked_sessions_are_gone,
    ),
];

/// Checked where nothing more can happen.
const AT_THE_END: &[Property] = &[
    ("no machine goes on for ever", machine::every_machine_stops),
    (
        "only a lost reply leaves an outcome unknown",
        machine::failures_have_reasons,
    ),
    (
        "a commit that ended Gone sends no cookie",
        machine::gone_sends_no_cookie,
    ),
    (
        "nobody reads through an old id",
        machine::nobody_reads_through_an_old_id,
    ),
    (
        "a stale id gets no session, unless by signing in",
        machine::a_stale_id_gets_no_session,
    ),
    (
        "no blind write follows a session across a sign-in",
        machine::no_blind_write_crosses_a_sign_in,
    ),
    (
        "a session that nobody ended lives, and once",
        writes::sessions_live_once,
    ),
    (
        "every acknowledged change is there once, and no other",
        writes::changes_are_serial,
    ),
];

/// The first sentence that does not hold.
pub(super) fn violated(sight: &Sight<'_>, is_at_the_end: bool) -> Option<&'static str> {
    let at_the_end = if is_at_the_end { AT_THE_END } else { &[] };
    ALWAYS
        .iter()
        .chain(at_the_end)
        .find(|(_, holds)| !holds(sight))
        .map(|(sentence, _)| *sentence)
}
