//! How a case judges a store's answer: records are compared field by field, for their `Debug` hides most of them.

use std::fmt::{Debug, Write};

use session_core::{Created, Deleted, Listed, Loaded, Record, Rotated, StoreError, StoreKey, Touched, Updated};

/// Holds the store to one promise: `came` must be the answer `expected`.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a case reads better without a reference to each answer"
)]
pub(super) fn promise<T: Answer>(promised: &str, came: Result<T, StoreError>, expected: T) {
    match came {
        Ok(came) if came == expected => {}
        Ok(came) => panic!(
            "promised: {promised}\nexpected: {expected:?}\n    came: {came:?}{}",
            differences(&came, &expected)
        ),
        Err(error) => broken(promised, format_args!("{expected:?}"), &error),
    }
}

/// Holds the store to one promise that is no single answer.
#[track_caller]
pub(super) fn promise_that(promised: &str, is_kept: bool, expected: impl Debug, came: impl Debug) {
    assert!(
        is_kept,
        "promised: {promised}\nexpected: {expected:?}\n    came: {came:?}"
    );
}

/// The answer, where any will do but a failure.
#[track_caller]
pub(super) fn answered<T>(came: Result<T, StoreError>) -> T {
    match came {
        Ok(answer) => answer,
        Err(error) => broken("a store that is well answers", "an answer", &error),
    }
}

#[track_caller]
fn broken(promised: &str, expected: impl Debug, error: &StoreError) -> ! {
    panic!("promised: {promised}\nexpected: {expected:?}\n    came: the error {error:?}")
}

/// What a store may answer with.
pub(super) trait Answer: Debug + PartialEq {
    /// The record in it. Its owner and payload are not in its `Debug`, so they are compared field by field.
    fn record(&self) -> Option<&Record> {
        None
    }
}

impl Answer for Created {}
impl Answer for Touched {}
impl Answer for Deleted {}
impl Answer for Vec<Listed> {}
impl Answer for Vec<StoreKey> {}
impl Answer for u64 {}
impl Answer for () {}

impl Answer for Loaded {
    fn record(&self) -> Option<&Record> {
        match self {
            Self::Found(record) => Some(record),
            Self::Moved(_) | Self::Absent => None,
        }
    }
}

impl Answer for Updated {
    fn record(&self) -> Option<&Record> {
        match self {
            Self::Conflict(record) => Some(record),
            Self::Applied | Self::Moved(_) | Self::Gone => None,
        }
    }
}

impl Answer for Rotated {
    fn record(&self) -> Option<&Record> {
        match self {
            Self::Conflict(record) => Some(record),
            Self::Applied | Self::Moved(_) | Self::Gone | Self::CutOff => None,
        }
    }
}

fn differences<T: Answer>(came: &T, expected: &T) -> String {
    let mut lines = String::new();
    let (Some(came), Some(expected)) = (came.record(), expected.record()) else {
        return lines;
    };
    let mut line = |field: &str, expected: &dyn Debug, came: &dyn Debug| {
        write!(lines, "\n {field}: expected {expected:?}, came {came:?}").unwrap_or_default();
    };
    if came.revision != expected.revision {
        line("revision", &expected.revision, &came.revision);
    }
    let moments = [
        ("created_at", expected.created_at, came.created_at),
        ("last_seen_at", expected.last_seen_at, came.last_seen_at),
        ("expires_at", expected.expires_at, came.expires_at),
    ];
    for (field, expected, came) in moments {
        if came != expected {
            line(field, &expected, &came);
        }
    }
    if came.owner != expected.owner {
        let name = |record: &Record| record.owner.as_ref().map(|owner| owner.as_str().to_owned());
        line("owner", &name(expected), &name(came));
    }
    if came.payload != expected.payload {
        let same = came
            .payload
            .iter()
            .zip(expected.payload.iter())
            .take_while(|(came, expected)| came == expected);
        line(
            "payload",
            &format_args!("{} bytes", expected.payload.len()),
            &format_args!("{} bytes, the first {} as expected", came.payload.len(), same.count()),
        );
    }
    lines
}
