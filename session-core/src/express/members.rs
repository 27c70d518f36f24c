//! The members of a session as express-session stores it: a JSON object, of which nothing is decoded that is not asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::values::Edited;

const COOKIE: &str = "cookie";

/// The members of a JSON object, in order, each value as it stands there.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Edited<'a>);

impl<'a> Members<'a> {
    /// The members of the object that `text` is; `None`: it is `null`, or nothing.
    ///
    /// As JavaScript has it, of two members of one name there is the later value at the earlier place.
    pub(super) fn read(text: &'a [u8]) -> Result<Option<Self>, serde_json::Error> {
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let members = deserializer.deserialize_option(Reader)?;
        deserializer.end()?;
        Ok(members)
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Puts a value where the member is, or else at the end.
    pub(super) fn set(&mut self, name: &'a str, value: &'a [u8]) {
        let value = Cow::Borrowed(value);
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, earlier)) => *earlier = value,
            None => self.0.push((Cow::Borrowed(name), value)),
        }
    }

    /// Takes the member `cookie` out.
    pub(super) fn take_cookie(&mut self) -> Option<Cow<'a, [u8]>> {
        let place = self.0.iter().position(|(name, _)| name == COOKIE)?;
        Some(self.0.remove(place).1)
    }

    pub(super) fn into_values(self) -> Edited<'a> {
        self.0
    }
}

/// The session as text: the cookie first, as express-session has it.
pub(super) fn write(cookie: &str, values: &Edited<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(
        cookie.len()
            + 64
            + values
                .iter()
                .map(|(name, value)| name.len() + value.len() + 8)
                .sum::<usize>(),
    );
    text.extend_from_slice(b"{\"cookie\":");
    text.extend_from_slice(cookie.as_bytes());
    for (name, value) in values {
        text.push(b',');
        text.extend_from_slice(quoted(name).as_bytes());
        text.push(b':');
        text.extend_from_slice(value);
    }
    text.push(b'}');
    text
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Option<Members<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Edited::new();
        let mut places = HashMap::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            let place = *places.entry(name.clone()).or_insert(members.len());
            let value = Cow::Borrowed(value.get().as_bytes());
            match members.get_mut(place) {
                Some((_, earlier)) => *earlier = value,
                None => members.push((name, value)),
            }
        }
        Ok(Some(Members(members)))
    }
}

/// Borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let members = Members::read(text.as_bytes()).unwrap().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        members
            .into_values()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }

    #[test]
    fn values_stay_as_they_stand_there() {
        let text = r#" { "b" : [1.0, 9007199254740993 ,{"x":"\ud800"}], "a\u0062" :"\u00e9", "":null } "#;
        let expected = [
            ("b", r#"[1.0, 9007199254740993 ,{"x":"\ud800"}]"#),
            ("ab", r#""\u00e9""#),
            ("", "null"),
        ];
        assert_eq!(
            read(text),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn of_two_members_of_one_name_the_later_value_counts_at_the_earlier_place() {
        let names = [("a", "3"), ("b", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#), names);
    }

    #[test]
    fn null_and_nothing_are_no_session_and_all_else_is_an_error() {
        for nothing in ["", "  ", "null", " null "] {
            assert!(Members::read(nothing.as_bytes()).unwrap().is_none());
        }
        for bad in [
            "[]",
            "7",
            "\"text\"",
            "true",
            "{",
            "{} {}",
            "{\"a\":}",
            "{a:1}",
            "\u{feff}{}",
            "nul",
        ] {
            assert!(Members::read(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Members::read(b"{\"a\":\"\xff\"}").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(values in proptest::collection::vec((".{0,20}", any::<u32>()), 0..20)) {
            let mut expected: Edited<'_> = Vec::new();
            for (name, value) in &values {
                if name != "cookie" && expected.iter().all(|(known, _)| known != name) {
                    expected.push((name.into(), value.to_string().into_bytes().into()));
                }
            }
            let text = write("{}", &expected);
            let mut members = Members::read(&text).unwrap().unwrap();
            let cookie = members.take_cookie();
            prop_assert_eq!(cookie.as_deref(), Some(b"{}".as_slice()));
            prop_assert_eq!(members.into_values(), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(Members::read(&bytes));
        }
    }
}
