//! Values as part of a text of several statements, which can't be prepared.

use std::fmt::Write as _;

use crate::value::Value;

/// The text with its values in the places of `?`.
///
/// Bytes and texts are written as hexadecimal digits, so there is nothing to escape.
pub(super) fn inlined(sql: &str, values: &[Value<'_>]) -> String {
    let mut parts = sql.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut values = values.iter();
    for part in parts {
        match values.next() {
            Some(value) => push(&mut text, value),
            None => text.push('?'),
        }
        text.push_str(part);
    }
    text
}

fn push(text: &mut String, value: &Value<'_>) {
    match *value {
        // Writing to a string can't fail.
        Value::Number(Some(number)) => write!(text, "{number}").unwrap_or_default(),
        Value::Bytes(Some(bytes)) => push_bytes(text, bytes),
        Value::Text(Some(value)) => push_bytes(text, value.as_bytes()),
        // No statement of this engine has arrays.
        Value::Number(None) | Value::Bytes(None) | Value::Text(None) | Value::Numbers(_) | Value::Strings(_) => {
            text.push_str("NULL");
        }
    }
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    text.reserve(2 * bytes.len() + 3);
    text.push_str("x'");
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_question_marks_in_their_order() {
        let values = [
            Value::Number(Some(-7)),
            Value::Bytes(Some(&[0, 255])),
            Value::Text(Some("a'b")),
            Value::Bytes(None),
        ];
        assert_eq!(
            inlined("SELECT ?, ? WHERE a = ? OR ?", &values),
            "SELECT -7, x'00ff' WHERE a = x'612762' OR NULL"
        );
    }
}
