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

/// The statement once for each of those whose values these are, and all of that in one transaction.
pub(super) fn in_one_transaction(sql: &str, values: &[Value<'_>]) -> String {
    let lines = sql.lines().filter(|line| !line.starts_with("--"));
    let sql = lines.collect::<Vec<_>>().join("\n");
    let parameters = sql.matches('?').count().max(1);
    let mut text = "START TRANSACTION".to_owned();
    for values in values.chunks(parameters) {
        text.push_str(";\n");
        text.push_str(&inlined(&sql, values));
    }
    text.push_str(";\nCOMMIT");
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
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or_default());
        }
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

    #[test]
    fn a_statement_goes_once_for_each_in_one_transaction() {
        let values = [1, 2, 3, 4].map(|number| Value::Number(Some(number)));
        assert_eq!(
            in_one_transaction("-- Why?\nUPDATE a SET b = ? WHERE c = ?", &values),
            "START TRANSACTION;\nUPDATE a SET b = 1 WHERE c = 2;\nUPDATE a SET b = 3 WHERE c = 4;\nCOMMIT"
        );
    }
}
