//! Keys of sessions that are known by their numbers.

/// A number's bytes without a pattern, so that neighbours are nowhere near each other.
pub fn scattered_key(number: usize) -> [u8; 32] {
    let mut key = [0; 32];
    for (place, part) in key.chunks_exact_mut(8).enumerate() {
        part.copy_from_slice(&mixed(number as u64 * 4 + place as u64).to_le_bytes());
    }
    key
}

/// The finisher of SplitMix64.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
