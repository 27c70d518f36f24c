//! Handles come back in from device lists and support tools: any text may be presented as one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use session_core::{Handle, StoreKey};

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(handle) = text.parse::<Handle>()
    {
        assert_eq!(handle.to_string(), text, "a handle has one spelling");
    }
    if let Ok(key) = <[u8; 32]>::try_from(input) {
        let handle = StoreKey::from_bytes(key).handle();
        assert_eq!(handle.to_string().parse(), Ok(handle), "what is shown can be read back");
    }
});
