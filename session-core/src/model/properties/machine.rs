//! What must hold of each request by itself.

use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::commit::Ending;
use crate::model::content::{Content, Extent};
use crate::model::outcome::{Cookie, Failure};
use crate::model::program::{Act, Name};
use crate::model::scenario::{FIRST, FIRST_REVISION, UNKNOWN};
use crate::model::sight::{Seen, Sight};
use crate::operation::{Operation, Reply};
use crate::payload::Snapshot;
use crate::record::Record;

/// More operations than any commit needs with as many others in its way.
const MOST_OPERATIONS: usize = 16;

pub(super) fn an_unknown_id_is_no_key(sight: &Sight<'_>) -> bool {
    !sight.world.shelf.slots.contains_key(&*UNKNOWN)
}

pub(super) fn every_machine_stops(sight: &Sight<'_>) -> bool {
    sight
        .requests
        .iter()
        .all(|seen| seen.node.history.len() <= MOST_OPERATIONS)
}

pub(super) fn failures_have_reasons(sight: &Sight<'_>) -> bool {
    sight
        .requests
        .iter()
        .filter_map(|seen| Some((seen, seen.outcome?)))
        .all(|(seen, outcome)| match &outcome.result {
            Ok(_) => true,
            Err(Failure::OutcomeUnknown) => seen.node.history.iter().any(|(_, reply)| matches!(reply, Reply::Lost)),
            Err(Failure::SignInRevoked) => seen.program.signs_in().is_some() && !sight.revocations.is_empty(),
            Err(Failure::Other(_)) => false,
        })
}

pub(super) fn gone_sends_no_cookie(sight: &Sight<'_>) -> bool {
    let mut gone = sight.requests.iter().filter(|seen| seen.ended(Ending::Gone));
    gone.all(|seen| seen.outcome.is_some_and(|outcome| outcome.cookie == Cookie::Keep))
}

/// A load shows what was written under its own key, and a forwarded request goes on seeing what it had loaded.
pub(super) fn nobody_reads_through_an_old_id(sight: &Sight<'_>) -> bool {
    let mut written = BTreeMap::from([(FIRST_REVISION.as_u64(), *FIRST)]);
    for seen in &sight.requests {
        for (operation, _) in &seen.node.history {
            match operation {
                Operation::Create { key, record, .. }
                | Operation::Update { key, record, .. }
                | Operation::Rotate { new: key, record, .. } => {
                    written.insert(record.revision.as_u64(), *key);
                }
                Operation::Load { .. } | Operation::Touch { .. } | Operation::Delete { .. } => {}
            }
        }
    }
    sight.requests.iter().all(|seen| {
        let mut history = seen.node.history.iter();
        history.all(|(operation, reply)| match (operation, reply) {
            (Operation::Load { key }, Reply::Current(record)) => written.get(&record.revision.as_u64()) == Some(key),
            _ => true,
        }) && sees_its_own(seen)
    })
}

fn sees_its_own(seen: &Seen<'_>) -> bool {
    let ended_well = seen
        .outcome
        .filter(|outcome| outcome.was_forwarded && outcome.result.is_ok());
    let Some((outcome, (key, content))) = ended_well.and_then(|outcome| Some((outcome, outcome.view.as_ref()?))) else {
        return true;
    };
    let loaded = seen.node.shown().rev().find(|(operation, _)| operation.key() == *key);
    let extent = if outcome.dropped > 0 {
        Extent::Updates
    } else {
        Extent::Everything
    };
    [loaded.map(|(_, record)| record), seen.node.offered()]
        .into_iter()
        .flatten()
        .any(|own| Content::of(own).after(seen.program, seen.number, extent) == *content)
}

pub(super) fn a_stale_id_gets_no_session(sight: &Sight<'_>) -> bool {
    sight.requests.iter().all(|seen| {
        let is_stale = matches!(
            seen.node.history.first(),
            Some((Operation::Load { .. }, Reply::Moved(_)))
        );
        let asks_for_one = seen
            .program
            .has(|act| matches!(act, Act::SignIn(_) | Act::SignOut(_) | Act::Destroy));
        let was_sent_one = seen
            .outcome
            .is_some_and(|outcome| matches!(outcome.cookie, Cookie::Issue(_)));
        !is_stale || asks_for_one || !was_sent_one
    })
}

/// Wherever a request was forwarded into a session that somebody has signed in to since, it left all but the values that
/// it updates as they were.
pub(super) fn no_blind_write_crosses_a_sign_in(sight: &Sight<'_>) -> bool {
    sight.requests.iter().all(|seen| {
        let mut loaded: Option<&Record> = None;
        seen.node.history.iter().all(|(operation, reply)| {
            let crosses = match (operation, loaded) {
                (Operation::Update { record, .. }, Some(loaded)) => {
                    let first = seen.node.shown().next();
                    first.is_some_and(|(_, first)| signed_in(first) != signed_in(loaded))
                        && !only_updates(loaded, record)
                }
                _ => false,
            };
            if let Reply::Current(record) = reply {
                loaded = Some(record);
            }
            !crosses
        })
    })
}

fn signed_in(record: &Record) -> Option<Moment> {
    Snapshot::read(record.clone()).unwrap().head().signed_in_at
}

fn only_updates(before: &Record, after: &Record) -> bool {
    let (mut before, mut after) = (Content::of(before), Content::of(after));
    for content in [&mut before, &mut after] {
        content.values.remove(Name::Trail.of(0));
    }
    before == after
}
