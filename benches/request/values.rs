//! What is in a session.

/// The value that is read.
pub(crate) const NAME: &str = "count";

/// What it is at first.
pub(crate) const FIRST: u64 = 7;

/// What else is in a session of so many values: with it 240 bytes of MessagePack for 5 values, and 7.7 KB for 50.
pub(crate) fn others(number: usize) -> impl Iterator<Item = (String, String)> {
    let bytes = if number == 5 { 49 } else { 146 };
    (1..number).map(move |other| (format!("text-{other}"), "x".repeat(bytes)))
}
