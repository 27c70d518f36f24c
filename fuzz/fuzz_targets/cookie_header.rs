//! `Cookie` headers come from anybody: none makes a session but one with our own signature, and none hides it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use session_fuzz::{NAME, ONE_SESSION};

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (before, after) = input;
    assert_eq!(ONE_SESSION.read(&[&before, &after]), None, "nobody signed this");

    let good = format!("{NAME}={}", ONE_SESSION.value);
    assert_eq!(
        ONE_SESSION.read(&[&before, good.as_bytes(), &after]),
        Some(7),
        "our cookie in a header of its own"
    );

    let one = [&before[..], b"; ", good.as_bytes(), b" ;", &after[..]].concat();
    assert_eq!(ONE_SESSION.read(&[&one]), Some(7), "our cookie among others");
});
