//! What has ended stays ended.

use crate::clock::Moment;
use crate::id::StoreKey;
use crate::model::sight::Sight;

/// After a deletion was acknowledged, its key leads to nothing, and none of the keys that the session ever had leads to
/// anything; where marks may have passed, only if it said that it ended a session.
pub(super) fn deletion_wins(sight: &Sight<'_>) -> bool {
    let shelf = &sight.world.shelf;
    sight
        .requests
        .iter()
        .filter(|seen| seen.outcome.is_some())
        .flat_map(|seen| seen.deletions())
        .all(|(key, is_certain)| {
            !shelf.is_alive(shelf.end_of_marks(key, sight.now), sight.now)
                && (!(is_certain || sight.scenario.keeps_marks()) || sight.alive(sight.root(key)).is_empty())
        })
}

/// After all sessions of an owner were ended, none lives that was signed in before.
pub(super) fn revoked_sessions_are_gone(sight: &Sight<'_>) -> bool {
    sight
        .revocations
        .iter()
        .filter(|(_, revocation)| revocation.is_done())
        .all(|(owner, revocation)| {
            let mut living = sight
                .issued
                .iter()
                .filter(|key| sight.world.shelf.is_alive(**key, sight.now));
            living.all(|key| {
                let record = sight.world.shelf.record(*key);
                let is_theirs = record
                    .and_then(|record| record.owner.as_ref())
                    .is_some_and(|found| found.as_str() == *owner);
                !is_theirs || !signed_in_at(sight, *key).has_passed(revocation.now)
            })
        })
}

/// When the request began that signed in to the session under this key.
fn signed_in_at(sight: &Sight<'_>, mut key: StoreKey) -> Moment {
    while let Some((number, older)) = sight.origins.get(&key) {
        let signs_in = sight
            .requests
            .iter()
            .find(|seen| seen.number == *number && seen.program.signs_in().is_some());
        if let Some(seen) = signs_in {
            return seen.node.began_at;
        }
        let Some(older) = older else { break };
        key = *older;
    }
    Moment::default()
}
