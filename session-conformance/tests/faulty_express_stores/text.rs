//! Faults of what becomes of a session on its way in.

use serde_json::{Map, Value};

use super::fault::{Fault, plant};

plant! {
    MakesAllNumbersDoubles on ConnectMongodbSession: numbers_that_are_not_exact_stay_as_they_are;
    MakesAllNumbersShort on ConnectMongodbSession: numbers_that_are_not_exact_stay_as_they_are, integers_that_express_would_round_are_refused;
    DropsNulls on ConnectRedis: a_cookie_that_says_little_is_made_whole;
    TakesDotsForWays on ConnectMongoEmbedded: names_and_texts_of_any_kind_come_back;
    EndsTextsAtNull on ConnectMongodbSession: names_and_texts_of_any_kind_come_back;
}

/// The session with each value in it, at any depth, as `change` makes it.
fn changed(text: &str, change: fn(Value) -> Value) -> String {
    fn within(value: Value, change: fn(Value) -> Value) -> Value {
        match change(value) {
            Value::Array(items) => items.into_iter().map(|item| within(item, change)).collect(),
            Value::Object(members) => {
                let members = members.into_iter();
                Value::Object(members.map(|(name, value)| (name, within(value, change))).collect())
            }
            value => value,
        }
    }
    // What is no Unicode is handed on as it is, for that is not the fault.
    serde_json::from_str(text).map_or_else(|_| text.to_owned(), |session| within(session, change).to_string())
}

/// As JavaScript does.
#[derive(Debug, Default)]
struct MakesAllNumbersDoubles;

impl Fault for MakesAllNumbersDoubles {
    fn text(&self, text: &str) -> String {
        changed(text, |value| match value.as_f64().and_then(whole) {
            Some(whole) => Value::from(whole),
            None => value,
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "it is whole, and far within what is possible"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e17).then_some(number as i64)
}

/// An integer has 32 bits, and goes round.
#[derive(Debug, Default)]
struct MakesAllNumbersShort;

impl Fault for MakesAllNumbersShort {
    fn text(&self, text: &str) -> String {
        changed(text, |value| match value.as_i64() {
            Some(number) => Value::from(number.rem_euclid(1 << 32)),
            None => value,
        })
    }
}

/// What is null is nothing.
#[derive(Debug, Default)]
struct DropsNulls;

impl Fault for DropsNulls {
    fn text(&self, text: &str) -> String {
        changed(text, |value| match value {
            Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            value => value,
        })
    }
}

/// A name with a dot leads into an object.
#[derive(Debug, Default)]
struct TakesDotsForWays;

impl Fault for TakesDotsForWays {
    fn text(&self, text: &str) -> String {
        changed(text, |value| match value {
            Value::Object(members) => {
                let led = members.into_iter().map(|(name, value)| match name.split_once('.') {
                    Some((first, rest)) => (first.to_owned(), Map::from_iter([(rest.to_owned(), value)]).into()),
                    None => (name, value),
                });
                Value::Object(led.collect())
            }
            value => value,
        })
    }
}

/// As languages do whose texts end with a zero.
#[derive(Debug, Default)]
struct EndsTextsAtNull;

impl Fault for EndsTextsAtNull {
    fn text(&self, text: &str) -> String {
        changed(text, |value| match value {
            Value::String(text) => text.split('\0').next().unwrap_or_default().into(),
            value => value,
        })
    }
}
