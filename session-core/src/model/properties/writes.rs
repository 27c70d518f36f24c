//! Nothing that was acknowledged is lost, and nothing else is there.

use crate::commit::Ending;
use crate::id::StoreKey;
use crate::model::content::{Content, Extent};
use crate::model::outcome::{Failure, Outcome};
use crate::model::scenario::FIRST;
use crate::model::sight::{Seen, Sight};
use crate::operation::{Operation, Reply};

pub(super) fn an_old_key_is_dead(sight: &Sight<'_>) -> bool {
    sight
        .requests
        .iter()
        .all(|seen| match seen.outcome.map(|outcome| &outcome.result) {
            Some(Ok(Ending::Rotated { from })) => !sight.world.shelf.is_alive(*from, sight.now),
            _ => true,
        })
}

/// Each session that no request and no limit has ended lives under one key, and a visitor has its id.
pub(super) fn sessions_live_once(sight: &Sight<'_>) -> bool {
    sight.roots().into_iter().all(|root| {
        let alive = sight.alive(root);
        let by_id = alive.iter().filter(|key| sight.issued.contains(key)).count();
        alive.len() <= 1 && (by_id == 1 || has_ended(sight, root) || is_unknown(sight, root))
    })
}

/// Whether somebody or the clock has ended it.
fn has_ended(sight: &Sight<'_>, root: StoreKey) -> bool {
    let is_in = |key: StoreKey| sight.root(key) == root;
    let shelf = &sight.world.shelf;
    sight.requests.iter().any(|seen| seen.has_tried_to_delete(is_in))
        || sight
            .revocations
            .iter()
            .any(|(_, revocation)| revocation.ended.iter().any(|key| is_in(*key)))
        || shelf.slots.keys().any(|key| {
            is_in(*key)
                && shelf
                    .record(*key)
                    .is_some_and(|record| record.expires_at.has_passed(sight.now))
        })
}

/// Whether a request was told that nobody knows what became of it.
fn is_unknown(sight: &Sight<'_>, root: StoreKey) -> bool {
    sight.requests.iter().any(|seen| {
        seen.node.key.is_some_and(|key| sight.root(key) == root)
            && seen
                .outcome
                .is_some_and(|outcome| outcome.result == Err(Failure::OutcomeUnknown))
    })
}

/// What each living session holds is what its requests make of it one after the other, in an order in which none comes
/// before one that had ended when it began.
pub(super) fn changes_are_serial(sight: &Sight<'_>) -> bool {
    sight.roots().into_iter().all(|root| {
        let Some(first) = first_content(sight, root) else {
            return false;
        };
        let mut effects: Vec<_> = sight
            .requests
            .iter()
            .filter_map(|seen| effect(sight, seen, root))
            .collect();
        sight.alive(root).into_iter().all(|key| {
            let wanted = sight.world.shelf.record(key).map(Content::of);
            wanted.is_some_and(|wanted| is_serial(&first, &mut effects, &wanted))
        })
    })
}

/// What a session held at first; `None`: not what its request should have put there.
fn first_content(sight: &Sight<'_>, root: StoreKey) -> Option<Content> {
    if root == *FIRST {
        return Some(sight.scenario.first_content());
    }
    let (number, _) = sight.origins.get(&root)?;
    let seen = sight.requests.iter().find(|seen| seen.number == *number)?;
    let was_moved = |(operation, reply): &(Operation, Reply)| {
        matches!((operation, reply), (Operation::Rotate { .. }, Reply::Moved(_)))
    };
    let loaded = seen.node.shown().next_back().map(|(_, record)| Content::of(record));
    let base = loaded
        .filter(|_| seen.node.history.iter().any(was_moved))
        .unwrap_or_default();
    let wanted = base.after(seen.program, seen.number, Extent::Everything);
    let filed = seen.node.history.iter().find_map(|(operation, _)| {
        if let Operation::Create { key, record, .. } = operation
            && *key == root
        {
            Some(Content::of(record))
        } else {
            None
        }
    });
    (filed.as_ref() == Some(&wanted)).then_some(wanted)
}

type Effect<'a> = (&'a Seen<'a>, &'static [Extent]);

/// What a request may have done to this session.
fn effect<'a>(sight: &Sight<'_>, seen: &'a Seen<'a>, root: StoreKey) -> Option<Effect<'a>> {
    let has_deleted = seen.deletions().next().is_some();
    if has_deleted || seen.node.key.map(|key| sight.root(key)) != Some(root) {
        return None;
    }
    let saw_it = seen
        .node
        .history
        .iter()
        .any(|(_, reply)| matches!(reply, Reply::Current(_)));
    let Outcome { result, dropped, .. } = seen.outcome?;
    let extents: &'static [Extent] = match result {
        Err(Failure::OutcomeUnknown) => &[Extent::Nothing, Extent::Updates, Extent::Everything],
        Err(Failure::SignInRevoked | Failure::Other(_)) | Ok(Ending::Gone | Ending::Created) => return None,
        Ok(_) if !saw_it => return None,
        Ok(_) if *dropped > 0 => &[Extent::Updates],
        Ok(_) => &[Extent::Everything],
    };
    Some((seen, extents))
}

/// Whether some order of the effects leads from one content to another.
fn is_serial(from: &Content, effects: &mut Vec<Effect<'_>>, to: &Content) -> bool {
    if effects.is_empty() {
        return from == to;
    }
    (0..effects.len()).any(|place| {
        let is_first = effects
            .iter()
            .all(|(other, _)| effects[place].0.after & (1 << other.number) == 0);
        let effect = effects.remove(place);
        let (seen, extents) = effect;
        let leads = is_first
            && extents
                .iter()
                .any(|extent| is_serial(&from.after(seen.program, seen.number, *extent), effects, to));
        effects.insert(place, effect);
        leads
    })
}
