//! A signed value that differs from ours in anything is not ours.

#![no_main]

use libfuzzer_sys::fuzz_target;
use session_fuzz::{NAME, ONE_SESSION};

fuzz_target!(|input: (u8, u8, Vec<u8>)| {
    let (at, length, put) = input;
    let mut value = ONE_SESSION.value.clone().into_bytes();
    let start = usize::from(at).min(value.len());
    let end = (start + usize::from(length)).min(value.len());
    value.splice(start..end, put);

    let cookie = [NAME.as_bytes(), b"=", &value].concat();
    let expected = same_value(&cookie).then_some(7);
    assert_eq!(
        ONE_SESSION.read(&[&cookie]),
        expected,
        "{:?}",
        String::from_utf8_lossy(&cookie)
    );
});

/// What a browser could send for the very same value: it may be quoted, have white space around it, or other cookies.
fn same_value(cookie: &[u8]) -> bool {
    let good = ONE_SESSION.value.as_bytes();
    cookie.split(|byte| *byte == b';').any(|pair| {
        let value = pair
            .trim_ascii_start()
            .strip_prefix(NAME.as_bytes())
            .map(<[u8]>::trim_ascii_start);
        let value = value
            .and_then(|rest| rest.strip_prefix(b"="))
            .map(<[u8]>::trim_ascii)
            .unwrap_or_default();
        let inner = value.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\""));
        inner.unwrap_or(value) == good
    })
}
