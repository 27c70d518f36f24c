//! Values as part of a statement's text, for poolers that hand each statement to another connection.

use std::fmt::Write as _;

use crate::value::Value;

/// The statement's text with its values in the places of `$1`, `$2` and so on.
///
/// Bytes and texts are written as hexadecimal digits, so there is nothing to escape.
pub(super) fn inlined(sql: &str, values: &[Value<'_>]) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
        let value = number
            .parse()
            .ok()
            .and_then(|number: usize| values.get(number.checked_sub(1)?));
        match value {
            Some(value) => push(&mut text, value),
            None => text.extend(["$", number]),
        }
        text.push_str(rest);
    }
    text
}

fn push(text: &mut String, value: &Value<'_>) {
    match *value {
        Value::Number(Some(number)) => text.extend(["(", &number.to_string(), ")::bigint"]),
        Value::Number(None) => text.push_str("NULL::bigint"),
        Value::Bytes(Some(bytes)) => push_bytes(text, bytes),
        Value::Bytes(None) => text.push_str("NULL::bytea"),
        Value::Text(Some(value)) => {
            text.push_str("convert_from(");
            push_bytes(text, value.as_bytes());
            text.push_str(", 'UTF8')");
        }
        Value::Text(None) => text.push_str("NULL::text"),
        Value::Numbers(numbers) => {
            push_array(text, numbers.iter().map(|number| Value::Number(Some(*number))));
            text.push_str("::bigint[]");
        }
        Value::Strings(strings) => {
            push_array(text, strings.iter().map(|bytes| Value::Bytes(Some(bytes))));
            text.push_str("::bytea[]");
        }
    }
}

fn push_array<'a>(text: &mut String, values: impl Iterator<Item = Value<'a>>) {
    text.push_str("ARRAY[");
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        push(text, &value);
    }
    text.push(']');
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    text.reserve(2 * bytes.len() + 16);
    text.push_str("decode('");
    for byte in bytes {
        // Writing to a string can't fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text.push_str("', 'hex')");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_their_numbers() {
        let values = [
            Value::Number(Some(-7)),
            Value::Bytes(Some(&[0, 255])),
            Value::Text(Some("a'b")),
        ];
        assert_eq!(
            inlined("SELECT $2, $1 WHERE $3 = $1", &values),
            "SELECT decode('00ff', 'hex'), (-7)::bigint WHERE convert_from(decode('612762', 'hex'), 'UTF8') = (-7)::bigint"
        );
        let nothing = [Value::Number(None), Value::Bytes(None), Value::Text(None)];
        assert_eq!(inlined("$1 $2 $3", &nothing), "NULL::bigint NULL::bytea NULL::text");
        let arrays = [Value::Numbers(&[1, -2]), Value::Strings(&[&[7], &[]])];
        assert_eq!(
            inlined("$1 $2", &arrays),
            "ARRAY[(1)::bigint, (-2)::bigint]::bigint[] ARRAY[decode('07', 'hex'), decode('', 'hex')]::bytea[]"
        );
        let many = [Value::Number(Some(1)); 12];
        assert_eq!(inlined("$12", &many), "(1)::bigint");
    }
}
