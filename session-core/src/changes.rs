//! What one request wrote: a log that can be replayed on whatever the session has become by then.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::payload::Snapshot;
use crate::record::Owner;
use crate::values::{Edited, Values};

/// Computes a value's new bytes from its old ones. It may run again on newer ones.
pub(crate) type Updater = dyn Fn(Option<&[u8]>) -> Result<Option<Vec<u8>>, Error> + Send + Sync;

/// One thing that a request did to its session.
#[derive(Clone)]
pub(crate) enum Step {
    Insert {
        name: Cow<'static, str>,
        value: Vec<u8>,
    },
    Remove {
        name: Cow<'static, str>,
    },
    Update {
        name: Cow<'static, str>,
        updater: Arc<Updater>,
        /// What it made of the value that the request itself saw.
        seen: Option<Vec<u8>>,
    },
    Clear,
    SignIn {
        owner: Owner,
    },
    SignOut {
        keeping: Vec<String>,
    },
}

impl Step {
    fn touches(&self, key: &str) -> bool {
        match self {
            Self::Insert { name, .. } | Self::Remove { name } | Self::Update { name, .. } => name == key,
            Self::Clear | Self::SignIn { .. } | Self::SignOut { .. } => false,
        }
    }

    fn is_barrier(&self) -> bool {
        matches!(self, Self::Clear | Self::SignIn { .. } | Self::SignOut { .. })
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert { name, .. } => write!(formatter, "Insert({name:?})"),
            Self::Remove { name } => write!(formatter, "Remove({name:?})"),
            Self::Update { name, .. } => write!(formatter, "Update({name:?})"),
            Self::Clear => formatter.write_str("Clear"),
            Self::SignIn { .. } => formatter.write_str("SignIn(..)"),
            Self::SignOut { keeping } => write!(formatter, "SignOut {{ keeping: {keeping:?} }}"),
        }
    }
}

/// The steps of a request, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Vec<Step>);

/// What a log is replayed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    pub(crate) values: Values<'a>,
    pub(crate) owner: Option<&'a Owner>,
}

impl<'a> Base<'a> {
    pub(crate) const EMPTY: Self = Self {
        values: Values::EMPTY,
        owner: None,
    };

    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            values: snapshot.values(),
            owner: snapshot.record().owner.as_ref(),
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
            if let Some(Step::Update { seen, .. }) = self.0.get_mut(place) {
                *seen = new;
            }
        }
        Ok(())
    }

    /// Runs the log on `base`.
    ///
    /// # Errors
    ///
    /// When the base is damaged, or an update can't read its value.
    pub(crate) fn replay<'a>(&'a self, base: &Base<'a>) -> Result<Replayed<'a>, Error> {
        let mut values = base.values.edit()?;
        let mut owner = base.owner.cloned();
        for step in &self.0 {
            match step {
                Step::Insert { name, value } => set(&mut values, name, Some(Cow::Borrowed(value))),
                Step::Remove { name } => set(&mut values, name, None),
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::values;

    fn insert(name: &'static str, value: &str) -> Step {
        Step::Insert {
            name: name.into(),
            value: value.into(),
        }
    }

    fn remove(name: &'static str) -> Step {
        Step::Remove { name: name.into() }
    }

    /// Appends a letter.
    fn append(name: &'static str, letter: char) -> Step {
        let updater = move |old: Option<&[u8]>| {
            let mut text = old.unwrap_or_default().to_vec();
            text.push(u8::try_from(letter).unwrap());
            Ok(Some(text))
        };
        Step::Update {
            name: name.into(),
            updater: Arc::new(updater),
            seen: None,
        }
    }

    fn sign_in(name: &str) -> Step {
        Step::SignIn {
            owner: Owner::new(name).unwrap(),
        }
    }

    fn sign_out(keeping: &[&str]) -> Step {
        Step::SignOut {
            keeping: keeping.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn log(steps: impl IntoIterator<Item = Step>) -> Log {
        let mut log = Log::default();
        steps.into_iter().for_each(|step| log.push(step));
        log
    }

    fn stored(values: &[(&str, &str)]) -> Vec<u8> {
        let edited = values
            .iter()
            .map(|(name, value)| ((*name).into(), value.as_bytes().into()))
            .collect();
        let mut bytes = Vec::new();
        values::write(&edited, &mut bytes);
        bytes
    }

    fn replay(log: &Log, base: &[u8], owner: Option<&Owner>) -> (Vec<(String, String)>, Option<Owner>) {
        let replayed = log
            .replay(&Base {
                values: Values::new(base),
                owner,
            })
            .unwrap();
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
        (
            replayed
                .values
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            replayed.owner,
        )
    }

    fn values_after(steps: Vec<Step>, base: &[(&str, &str)], owner: Option<&str>) -> String {
        let owner = owner.map(|name| Owner::new(name).unwrap());
        let (values, _) = replay(&log(steps), &stored(base), owner.as_ref());
        values
            .iter()
            .map(|(name, value)| format!("{name}={value} "))
            .collect::<String>()
            .trim()
            .to_owned()
    }

    #[test]
    fn keys_that_were_not_named_stay() {
        let base = [("a", "1"), ("b", "2")];
        assert_eq!(
            values_after(vec![insert("b", "3"), insert("c", "4")], &base, None),
            "a=1 b=3 c=4"
        );
        assert_eq!(values_after(vec![remove("a"), remove("x")], &base, None), "b=2");
        assert_eq!(
            values_after(vec![append("a", 'x'), append("n", 'y')], &base, None),
            "a=1x b=2 n=y"
        );
    }

    #[test]
    fn a_later_step_settles_earlier_ones_on_its_key() {
        assert_eq!(
            log([insert("a", "1"), append("a", 'x'), remove("a"), insert("a", "2")])
                .0
                .len(),
            1
        );
        assert_eq!(
            values_after(vec![insert("a", "1"), append("a", 'x')], &[], None),
            "a=1x"
        );
        let across = log([insert("a", "1"), sign_in("u"), insert("a", "2")]);
        assert_eq!(across.0.len(), 3, "what came before a barrier is not to be judged here");
    }

    #[test]
    fn clear_drops_what_came_before_it_and_keeps_the_owner() {
        assert_eq!(
            values_after(
                vec![insert("x", "1"), Step::Clear, insert("y", "2")],
                &[("a", "1")],
                None
            ),
            "y=2"
        );
        let (_, owner) = replay(&log([sign_in("u"), Step::Clear]), &stored(&[]), None);
        assert_eq!(owner, Some(Owner::new("u").unwrap()));
    }

    #[test]
    fn sign_in_keeps_a_strangers_values_and_drops_another_owners() {
        let steps = || vec![insert("draft", "1"), sign_in("u"), insert("b", "2")];
        assert_eq!(values_after(steps(), &[("cart", "c")], None), "cart=c draft=1 b=2");
        assert_eq!(values_after(steps(), &[("cart", "c")], Some("u")), "cart=c draft=1 b=2");
        assert_eq!(values_after(steps(), &[("cart", "c")], Some("other")), "b=2");
    }

    #[test]
    fn sign_out_drops_all_but_what_is_kept() {
        let base = [("cart", "c"), ("secret", "s")];
        let steps = vec![insert("late", "1"), sign_out(&["cart"]), insert("after", "2")];
        assert_eq!(values_after(steps, &base, Some("u")), "cart=c after=2");
        assert!(log([insert("a", "1"), sign_out(&[]), remove("b")]).leaves_nothing());
        assert!(!log([sign_out(&[]), insert("b", "1")]).leaves_nothing());
        assert!(!log([sign_out(&["cart"])]).leaves_nothing());
        assert!(!log([sign_out(&[]), sign_in("v")]).leaves_nothing());
    }

    #[test]
    fn a_failed_request_keeps_its_sign_out_alone() {
        let kept = log([insert("a", "1"), sign_out(&["cart"]), insert("b", "2")]).only_sign_out();
        assert_eq!(format!("{:?}", kept.0), r#"[SignOut { keeping: ["cart"] }]"#);
        assert!(log([sign_out(&[]), sign_in("u")]).only_sign_out().is_empty());
        assert!(log([insert("a", "1")]).only_sign_out().is_empty());
    }

    #[test]
    fn only_updates_may_follow_across_a_sign_in() {
        let (kept, dropped) = log([insert("a", "1"), append("b", 'x'), Step::Clear, append("c", 'y')]).only_updates();
        assert_eq!((format!("{:?}", kept.0), dropped), (r#"[Update("c")]"#.to_owned(), 1));
    }

    #[test]
    fn a_value_is_looked_up_in_the_log_first() {
        let (owner, other) = (Owner::new("u").unwrap(), Owner::new("other").unwrap());
        let steps = log([insert("a", "1"), remove("b"), sign_in("u"), insert("d", "2")]);
        assert_eq!(steps.lookup("a", Some(&owner)), Lookup::Known(Some(b"1")));
        assert_eq!(steps.lookup("a", Some(&other)), Lookup::Known(None));
        assert_eq!(steps.lookup("b", None), Lookup::Known(None));
        assert_eq!(steps.lookup("c", None), Lookup::AsStored);
        assert_eq!(steps.lookup("d", Some(&other)), Lookup::Known(Some(b"2")));
        assert_eq!(log([sign_out(&["c"])]).lookup("c", None), Lookup::AsStored);
        assert_eq!(log([sign_out(&["c"])]).lookup("d", None), Lookup::Known(None));
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(
            format!("{:?}", log([insert("a", "hunter2"), sign_in("alice")]).0),
            r#"[Insert("a"), SignIn(..)]"#
        );
    }

    fn step() -> impl Strategy<Value = Step> {
        let name = || prop_oneof![Just("a"), Just("b"), Just("c")];
        prop_oneof![
            4 => (name(), "[0-9]").prop_map(|(name, value)| insert(name, &value)),
            2 => name().prop_map(remove),
            4 => (name(), proptest::char::range('p', 'z')).prop_map(|(name, letter)| append(name, letter)),
            1 => Just(Step::Clear),
        ]
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        proptest::collection::vec(step(), 0..6)
    }

    fn value_of(values: &[(String, String)], name: &str) -> Option<String> {
        values
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.clone())
    }

    proptest! {
        /// Two requests read the same base; whichever commits second replays its log on what the first one made. Per key
        /// the result is that of running one log whole and then the other.
        #[test]
        fn two_requests_in_either_order_equal_a_serial_order_per_key(first in steps(), second in steps()) {
            let base = stored(&[("a", "A"), ("b", "B")]);
            let run = |one: &[Step], two: &[Step]| {
                let one = log(one.to_vec());
                let middle = one.replay(&Base { values: Values::new(&base), owner: None }).unwrap();
                let mut bytes = Vec::new();
                values::write(&middle.values, &mut bytes);
                replay(&log(two.to_vec()), &bytes, None).0
            };
            let naive = |all: &[Step], name: &str| {
                let mut value = value_of(&[("a".into(), "A".into()), ("b".into(), "B".into())], name);
                for step in all {
                    value = match step {
                        Step::Clear => None,
                        _ if !step.touches(name) => value,
                        Step::Insert { value, .. } => Some(String::from_utf8(value.clone()).unwrap()),
                        Step::Update { updater, .. } => {
                            let new = updater(value.as_ref().map(String::as_bytes)).unwrap();
                            new.map(|bytes| String::from_utf8(bytes).unwrap())
                        }
                        Step::Remove { .. } | Step::SignIn { .. } | Step::SignOut { .. } => None,
                    };
                }
                value
            };
            let merged = run(&first, &second);
            let serial: Vec<Step> = first.iter().chain(&second).cloned().collect();
            for name in ["a", "b", "c"] {
                prop_assert_eq!(value_of(&merged, name), naive(&serial, name));
            }
        }

        #[test]
        fn a_lookup_answers_what_a_replay_makes(steps in steps()) {
            let base = stored(&[("a", "A"), ("b", "B")]);
            let mut steps = log(steps);
            steps.refresh(&Base { values: Values::new(&base), owner: None }).unwrap();
            let (values, _) = replay(&steps, &base, None);
            for name in ["a", "b", "c"] {
                let stored = Values::new(&base).get(name).unwrap();
                let looked_up = match steps.lookup(name, None) {
                    Lookup::Known(value) => value,
                    Lookup::AsStored => stored,
                };
                prop_assert_eq!(looked_up.map(<[u8]>::to_vec), value_of(&values, name).map(String::into_bytes));
            }
        }
    }
}
