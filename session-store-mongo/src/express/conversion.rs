//! Between what MongoDB keeps and what JavaScript makes of it.

use mongodb::bson::{Bson, DateTime, Document};
use serde_json::{Number, Value};

/// All that express-session has in a cookie, in its order: in a document, what is not set is null.
const COOKIE: [&str; 9] = [
    "originalMaxAge",
    "partitioned",
    "priority",
    "expires",
    "secure",
    "httpOnly",
    "domain",
    "path",
    "sameSite",
];
/// Beyond it a double holds some integers only.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A document that the package of the Express app would fail at.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the field `session` is no text, needs `embedded` if the app has `stringify: false`")]
    NoText,
    #[error("the field `session` is no document, needs connect-mongo's form if that is what the app uses")]
    NoDocument,
    #[error("the field `expires` is no date, with which connect-mongodb-session deletes the session when it reads it")]
    End,
}

/// As `JSON.stringify` has it, after the driver for Node has read it.
pub(super) fn to_json(value: &Bson) -> Value {
    match value {
        Bson::Double(number) => of_double(*number),
        Bson::String(text) => Value::String(text.clone()),
        Bson::Array(items) => Value::Array(items.iter().map(to_json).collect()),
        Bson::Document(document) => {
            let members = document.iter().map(|(name, value)| (name.clone(), to_json(value)));
            Value::Object(members.collect())
        }
        Bson::Boolean(is_true) => Value::Bool(*is_true),
        Bson::Null | Bson::Undefined => Value::Null,
        Bson::Int32(number) => Value::from(*number),
        Bson::Int64(number) => Value::from(*number),
        Bson::DateTime(date) => Value::String(iso(*date)),
        Bson::ObjectId(id) => Value::String(id.to_hex()),
        // JSON has nothing for these, and express-session makes none of them.
        other @ (Bson::Binary(_)
        | Bson::DbPointer(_)
        | Bson::Decimal128(_)
        | Bson::JavaScriptCode(_)
        | Bson::JavaScriptCodeWithScope(_)
        | Bson::MaxKey
        | Bson::MinKey
        | Bson::RegularExpression(_)
        | Bson::Symbol(_)
        | Bson::Timestamp(_)) => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// What the driver for Node would store, but that what has not changed since `before` keeps its type.
pub(super) fn to_document(text: &str, before: Option<&Bson>) -> Result<Bson, serde_json::Error> {
    let session: Value = serde_json::from_str(text)?;
    let before_cookie = before.and_then(|before| before.as_document()?.get("cookie"));
    let cookie = session.get("cookie").map(|cookie| to_cookie(cookie, before_cookie));
    let mut session = to_bson(&session, before);
    if let (Bson::Document(session), Some(cookie)) = (&mut session, cookie) {
        session.insert("cookie", cookie);
    }
    Ok(session)
}

fn to_bson(value: &Value, before: Option<&Bson>) -> Bson {
    if let Some(before) = before
        && to_json(before) == *value
    {
        return before.clone();
    }
    match value {
        Value::Null => Bson::Null,
        Value::Bool(is_true) => Bson::Boolean(*is_true),
        Value::Number(number) => to_number(number),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => {
            let before = before.and_then(Bson::as_array);
            let items = items.iter().enumerate();
            Bson::Array(
                items
                    .map(|(place, item)| to_bson(item, before.and_then(|before| before.get(place))))
                    .collect(),
            )
        }
        Value::Object(members) => {
            let before = before.and_then(Bson::as_document);
            let members = members.iter();
            let members =
                members.map(|(name, value)| (name.clone(), to_bson(value, before.and_then(|before| before.get(name)))));
            Bson::Document(Document::from_iter(members))
        }
    }
}

/// Whole, with its end as a date.
fn to_cookie(cookie: &Value, before: Option<&Bson>) -> Document {
    let before = before.and_then(Bson::as_document);
    let member = |name: &str| {
        let value = cookie.get(name).unwrap_or(&Value::Null);
        let bson = to_bson(value, before.and_then(|before| before.get(name)));
        match (name, &bson) {
            ("expires", Bson::String(text)) => DateTime::parse_rfc3339_str(text).map_or(bson, Bson::DateTime),
            _ => bson,
        }
    };
    COOKIE.iter().map(|name| ((*name).to_owned(), member(name))).collect()
}

/// An integer of 32 bits where it fits, as the driver for Node does it: else a double.
fn to_number(number: &Number) -> Bson {
    let double = number.as_f64().unwrap_or_default();
    let small = number
        .as_i64()
        .or_else(|| whole(double))
        .and_then(|number| i32::try_from(number).ok());
    small.map_or(Bson::Double(double), Bson::Int32)
}

/// JavaScript writes a number without a point where it is whole.
fn of_double(number: f64) -> Value {
    match whole(number) {
        Some(whole) => Value::from(whole),
        None => Number::from_f64(number).map_or(Value::Null, Value::Number),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is whole, and within what is exact")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// As `toISOString` of JavaScript has it.
fn iso(date: DateTime) -> String {
    let text = date.try_to_rfc3339_string().unwrap_or_default();
    // Whole seconds come without a fraction, and others without zeros at its end.
    let (seconds, fraction) = text
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or((text.trim_end_matches('Z'), ""));
    format!("{seconds}.{fraction:0<3}Z")
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    const COOKIE: &str =
        r#"{"originalMaxAge":3600000,"expires":"2026-11-23T12:11:25.993Z","httpOnly":true,"path":"/"}"#;

    /// As captured from connect-mongodb-session 5.
    fn stored() -> Bson {
        let end = DateTime::parse_rfc3339_str("2026-11-23T12:11:25.993Z").unwrap();
        Bson::Document(doc! {
            "cookie": {
                "originalMaxAge": 3_600_000,
                "partitioned": Bson::Null,
                "priority": Bson::Null,
                "expires": end,
                "secure": Bson::Null,
                "httpOnly": true,
                "domain": Bson::Null,
                "path": "/",
                "sameSite": Bson::Null,
            },
            "user": { "email": "ann@example.com" },
            "cart": [{ "item": "tea", "qty": 2 }],
        })
    }

    #[test]
    fn a_new_session_is_the_document_that_the_driver_for_node_makes() {
        let text =
            format!(r#"{{"cookie":{COOKIE},"user":{{"email":"ann@example.com"}},"cart":[{{"item":"tea","qty":2}}]}}"#);
        assert_eq!(to_document(&text, None).unwrap(), stored());
        let numbers =
            r#"{"cookie":{},"a":1.0,"b":2147483647,"c":2147483648,"d":-2147483649,"e":1.5,"f":9007199254740991}"#;
        let Bson::Document(numbers) = to_document(numbers, None).unwrap() else {
            panic!()
        };
        let expected = doc! {
            "a": 1, "b": i32::MAX, "c": 2_147_483_648.0, "d": -2_147_483_649.0, "e": 1.5, "f": 9_007_199_254_740_991.0,
        };
        for (name, value) in expected {
            assert_eq!(numbers.get(&name), Some(&value), "{name}");
        }
    }

    #[test]
    fn what_express_would_see_is_what_is_read() {
        let seen = to_json(&stored());
        assert_eq!(
            seen.to_string(),
            r#"{"cookie":{"originalMaxAge":3600000,"partitioned":null,"priority":null,"expires":"2026-11-23T12:11:25.993Z","secure":null,"httpOnly":true,"domain":null,"path":"/","sameSite":null},"user":{"email":"ann@example.com"},"cart":[{"item":"tea","qty":2}]}"#
        );
        let odd = doc! {
            "whole": 3e9, "tenth": 0.1, "huge": 1e300, "nothing": f64::NAN, "long": 9_007_199_254_740_993_i64,
            "date": DateTime::from_millis(1_767_225_600_000), "millis": DateTime::from_millis(1_767_225_600_120),
        };
        assert_eq!(
            to_json(&Bson::Document(odd)).to_string(),
            r#"{"whole":3000000000,"tenth":0.1,"huge":1e+300,"nothing":null,"long":9007199254740993,"date":"2026-01-01T00:00:00.000Z","millis":"2026-01-01T00:00:00.120Z"}"#
        );
    }

    #[test]
    fn what_has_not_changed_keeps_its_type() {
        let mut before = stored();
        let date = DateTime::from_millis(1_767_225_600_000);
        if let Bson::Document(before) = &mut before {
            before.insert("visit", doc! { "at": date, "count": 7_i64, "last": 1.0 });
        }
        let mut session = to_json(&before);
        session["visit"]["last"] = Value::from(2);
        session["cart"] = Value::Null;
        let Bson::Document(after) = to_document(&session.to_string(), Some(&before)).unwrap() else {
            panic!()
        };
        assert_eq!(
            after.get_document("visit").unwrap(),
            &doc! { "at": date, "count": 7_i64, "last": 2 }
        );
        assert_eq!(after.get("cart"), Some(&Bson::Null));
        assert_eq!(after.get("cookie"), before.as_document().unwrap().get("cookie"));
        assert_eq!(
            to_document(&to_json(&before).to_string(), Some(&before)).unwrap(),
            before
        );
    }
}
