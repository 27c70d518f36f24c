//! What one request wrote: a log that can be replayed on whatever the session has become by then.

mod step;

use std::borrow::Cow;

use crate::error::Error;
use crate::payload::Snapshot;
use crate::record::Owner;
use crate::values::{Edited, Values};
pub(crate) use step::{SeenOn, Step};

/// The steps of a request, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Vec<Step>);

/// What a log is replayed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    pub(crate) values: Values<'a>,
    pub(crate) owner: Option<&'a Owner>,
    pub(crate) seen_on: SeenOn,
}

impl<'a> Base<'a> {
    pub(crate) const EMPTY: Self = Self {
        values: Values::EMPTY,
        owner: None,
        seen_on: SeenOn::NoSession,
    };

    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            values: snapshot.values(),
            owner: snapshot.record().owner.as_ref(),
            seen_on: SeenOn::Session(snapshot.record().revision),
        }
    }
}

/// What a log makes of its base.
#[derive(Debug)]
pub(crate) struct Replayed<'a> {
    pub(crate) values: Edited<'a>,
    pub(crate) owner: Option<Owner>,
}

impl Replayed<'_> {
    /// Whether the values are those of `stored`, byte for byte.
    pub(crate) fn equals(&self, stored: Values<'_>) -> bool {
        let mut entries = self.values.iter();
        stored.iter().all(|entry| {
            entry
                .ok()
                .zip(entries.next())
                .is_some_and(|((name, value), (new_name, new_value))| name == new_name && value == &**new_value)
        }) && entries.next().is_none()
    }
}

/// What the log says of a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup<'a> {
    Known(Option<&'a [u8]>),
    AsStored,
}

impl Log {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends a step. One that settles a value makes the earlier ones on it, back to the last barrier, superfluous.
    pub(crate) fn push(&mut self, step: Step) {
        if let Step::Insert { name, .. } | Step::Remove { name } = &step {
            let start = self
                .0
                .iter()
                .rposition(Step::is_barrier)
                .map_or(0, |barrier| barrier + 1);
            let mut place = 0;
            self.0.retain(|earlier| {
                place += 1;
                place <= start || !earlier.touches(name)
            });
        }
        if matches!(step, Step::Clear) {
            self.0
                .retain(|earlier| matches!(earlier, Step::SignIn { .. } | Step::SignOut { .. }));
        }
        self.0.push(step);
    }

    pub(crate) fn append(&mut self, later: Self) {
        for step in later.0 {
            self.push(step);
        }
    }

    /// The steps that ask for a sign-out, alone: what still happens when the request failed.
    pub(crate) fn only_sign_out(self) -> Self {
        let last = self
            .0
            .into_iter()
            .rfind(|step| matches!(step, Step::SignIn { .. } | Step::SignOut { .. }));
        Self(
            last.into_iter()
                .filter(|step| matches!(step, Step::SignOut { .. }))
                .collect(),
        )
    }

    /// The steps that may follow a session across somebody's sign-in, and how many may not.
    pub(crate) fn only_updates(self) -> (Self, usize) {
        let all = self.0.len();
        let updates: Vec<_> = self
            .0
            .into_iter()
            .filter(|step| matches!(step, Step::Update { .. }))
            .collect();
        let dropped = all - updates.len();
        (Self(updates), dropped)
    }

    pub(crate) fn signs_in(&self) -> bool {
        self.identity().is_some_and(|step| matches!(step, Step::SignIn { .. }))
    }

    pub(crate) fn signs_out(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::SignOut { .. }))
    }

    /// Whether this ends the session and leaves nothing behind, whatever is stored.
    pub(crate) fn leaves_nothing(&self) -> bool {
        let drops_all = |step: &Step| matches!(step, Step::SignOut { keeping } if keeping.is_empty());
        let Some(last) = self.0.iter().rposition(drops_all) else {
            return false;
        };
        self.0
            .iter()
            .skip(last + 1)
            .all(|step| matches!(step, Step::Remove { .. } | Step::Clear))
    }

    /// The last step that says who is signed in.
    fn identity(&self) -> Option<&Step> {
        self.0
            .iter()
            .rfind(|step| matches!(step, Step::SignIn { .. } | Step::SignOut { .. }))
    }

    /// Who is signed in, if this log says so.
    pub(crate) fn owner(&self) -> Option<Option<&Owner>> {
        self.identity().map(|step| {
            if let Step::SignIn { owner } = step {
                Some(owner)
            } else {
                None
            }
        })
    }

    /// The names of all values that were written or removed, some more than once.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Insert { name, .. } | Step::Remove { name } | Step::Update { name, .. } => Some(&**name),
            Step::Clear | Step::SignIn { .. } | Step::SignOut { .. } => None,
        })
    }

    /// Whether what the log says of a value depends on who owned the session before.
    pub(crate) fn depends_on_the_owner(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::SignIn { .. }))
    }

    /// What the log says of the value called `key` in a session that belonged to `owner`.
    pub(crate) fn lookup<'a>(&'a self, key: &str, mut owner: Option<&'a Owner>) -> Lookup<'a> {
        let mut answer = Lookup::AsStored;
        for step in &self.0 {
            match step {
                Step::Insert { name, value } if name == key => answer = Lookup::Known(Some(value)),
                Step::Remove { name } if name == key => answer = Lookup::Known(None),
                Step::Update { name, seen, .. } if name == key => answer = Lookup::Known(seen.as_deref()),
                Step::Insert { .. } | Step::Remove { .. } | Step::Update { .. } => {}
                Step::Clear => answer = Lookup::Known(None),
                Step::SignIn { owner: new } => {
                    if owner.is_some_and(|old| old != new) {
                        answer = Lookup::Known(None);
                    }
                    owner = Some(new);
                }
                Step::SignOut { keeping } => {
                    if !keeping.iter().any(|kept| kept == key) {
                        answer = Lookup::Known(None);
                    }
                    owner = None;
                }
            }
        }
        answer
    }

    /// Runs the updates again on what `base` holds, so that lookups answer what a replay would make.
    ///
    /// # Errors
    ///
    /// When the base is damaged, or an update can't read its value.
    pub(crate) fn refresh(&mut self, base: &Base<'_>) -> Result<(), Error> {
        for place in 0..self.0.len() {
            let Some(Step::Update { name, updater, .. }) = self.0.get(place) else {
                continue;
            };
            let before = Self(self.0.iter().take(place).cloned().collect());
            let old = match before.lookup(name, base.owner) {
                Lookup::Known(value) => value,
                Lookup::AsStored => base.values.get(name)?,
            };
            let new = updater(old)?;
            if let Some(Step::Update { seen, seen_on, .. }) = self.0.get_mut(place) {
                (*seen, *seen_on) = (new, base.seen_on);
            }
        }
        Ok(())
    }

    /// Whether every update was run on this very session.
    fn was_seen_on(&self, base: &Base<'_>) -> bool {
        self.0.iter().all(|step| match step {
            Step::Update { seen_on, .. } => *seen_on == base.seen_on,
            Step::Insert { .. } | Step::Remove { .. } | Step::Clear | Step::SignIn { .. } | Step::SignOut { .. } => {
                true
            }
        })
    }

    /// Runs the log on `base`. Updates run again only where they had seen something else.
    ///
    /// # Errors
    ///
    /// When the base is damaged, or an update can't read its value.
    pub(crate) fn replay<'a>(&'a self, base: &Base<'a>) -> Result<Replayed<'a>, Error> {
        let mut values = base.values.edit()?;
        let mut owner = base.owner.cloned();
        let was_seen = self.was_seen_on(base);
        for step in &self.0 {
            match step {
                Step::Insert { name, value } => set(&mut values, name, Some(Cow::Borrowed(value))),
                Step::Remove { name } => set(&mut values, name, None),
                Step::Update { name, seen, .. } if was_seen => {
                    set(&mut values, name, seen.as_deref().map(Cow::Borrowed));
                }
                Step::Update { name, updater, .. } => {
                    let old = values
                        .iter()
                        .find(|(found, _)| found == name)
                        .map(|(_, value)| &**value);
                    let new = updater(old)?;
                    set(&mut values, name, new.map(Cow::Owned));
                }
                Step::Clear => values.clear(),
                Step::SignIn { owner: new } => {
                    if owner.as_ref().is_some_and(|old| old != new) {
                        values.clear();
                    }
                    owner = Some(new.clone());
                }
                Step::SignOut { keeping } => {
                    values.retain(|(name, _)| keeping.iter().any(|kept| kept == name));
                    owner = None;
                }
            }
        }
        Ok(Replayed { values, owner })
    }
}

fn set<'a>(values: &mut Edited<'a>, name: &'a str, value: Option<Cow<'a, [u8]>>) {
    let place = values.iter().position(|(found, _)| found == name);
    match (place.and_then(|place| values.get_mut(place)), value) {
        (Some(entry), Some(value)) => entry.1 = value,
        (None, Some(value)) => values.push((Cow::Borrowed(name), value)),
        (_, None) => {
            if let Some(place) = place {
                values.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
