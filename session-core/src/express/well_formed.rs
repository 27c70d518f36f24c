//! Texts of JavaScript that are no Unicode.

use std::borrow::Cow;

const REPLACEMENT: &str = "\\ufffd";

/// JSON in which every half of a surrogate pair that stands alone is the replacement character: what `toWellFormed` of
/// JavaScript makes of it. Nothing else reads it.
pub(super) fn well_formed(json: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(json);
    if !text.contains("\\u") {
        return text;
    }
    let mut output = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        output.push_str(before);
        let taken = match (half(escape), escape.get(6..).and_then(half)) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                output.push_str(REPLACEMENT);
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            // A backslash and what it escapes, which may be another one.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (escape, behind) = escape.split_at_checked(taken).unwrap_or((escape, ""));
        output.push_str(escape);
        rest = behind;
    }
    output.push_str(rest);
    Cow::Owned(output)
}

enum Half {
    High,
    Low,
}

/// The half that an escape like `\ud83d` at the beginning stands for.
fn half(text: &str) -> Option<Half> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_that_stand_alone_are_replaced() {
        for (json, expected) in [
            (r#""a""#, r#""a""#),
            (r#""\u00e9\n""#, r#""\u00e9\n""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud800""#, r#""\ufffd""#),
            (r#""\udc00\ud83d\ude00\uD83D""#, r#""\ufffd\ud83d\ude00\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#"["\\ud800","\\\ud800"]"#, r#"["\\ud800","\\\ufffd"]"#),
        ] {
            assert_eq!(well_formed(json.as_bytes()), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_well_formed_stays(text in ".{0,40}") {
            let json = serde_json::Value::from(text).to_string();
            prop_assert_eq!(well_formed(json.as_bytes()), json.clone());
        }

        #[test]
        fn any_escapes_can_be_read_afterwards(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{escapes}\"");
            let read: String = serde_json::from_str(&well_formed(json.as_bytes())).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            drop(well_formed(&bytes));
        }
    }
}
