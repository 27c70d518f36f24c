//! Merging, by examples and by chance.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::record::Revision;
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
        seen_on: SeenOn::Nothing,
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
            seen_on: SeenOn::Session(Revision::from_u64(1)),
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
            let middle = one.replay(&Base { values: Values::new(&base), owner: None, seen_on: SeenOn::Session(Revision::from_u64(1)) }).unwrap();
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
        steps.refresh(&Base { values: Values::new(&base), owner: None, seen_on: SeenOn::Session(Revision::from_u64(1)) }).unwrap();
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
