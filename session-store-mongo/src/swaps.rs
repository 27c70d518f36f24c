//! Several compare-and-swaps in one command, each of which is done or not by itself.

use std::collections::HashMap;

use mongodb::bson::raw::cstr;
use mongodb::bson::{Document, RawArrayBuf, RawDocumentBuf, rawdoc};
use session_batching::Update;

use crate::deadline::Deadline;
use crate::document::{self, binary, replacement};
use crate::failure::Failure;
use crate::moments::date;
use crate::sessions::{ATTEMPTS, Sessions};
use crate::statements::{check_confirmation, documents, number};

/// What became of them.
#[derive(Debug)]
pub(crate) struct Swaps {
    /// Why those that failed did, by their places.
    failures: HashMap<usize, Failure>,
    /// Whether they were sent before, and may have been done then.
    pub(crate) is_repeated: bool,
}

impl Swaps {
    /// What is known of the one in this place.
    pub(crate) fn take(&mut self, place: usize) -> Swap {
        match self.failures.remove(&place) {
            None => Swap::Done,
            Some(failure) if failure.is_refusal() => Swap::NotDone,
            Some(failure) => Swap::Failed(failure),
        }
    }

    /// The reply names those that failed, and of those that found nothing only the number. So those are to fail, too: what finds
    /// nothing is to be inserted, with an `_id` that is another than the one looked for, and that no server does.
    fn read(answer: &Document, count: usize) -> Result<Self, Failure> {
        let mut failures = HashMap::new();
        for error in documents(answer, "writeErrors") {
            let place = number(error, "index").and_then(|index| usize::try_from(index).ok());
            let code = number(error, "code").and_then(|code| i32::try_from(code).ok());
            let (Some(place), Some(code)) = (place, code) else {
                return Err(Failure::incomprehensible());
            };
            let words = error.get_str("errmsg").unwrap_or_default();
            failures.insert(place, Failure::refused(code, words));
        }
        check_confirmation(answer)?;
        let done = number(answer, "n").and_then(|done| usize::try_from(done).ok());
        if done != count.checked_sub(failures.len()) {
            return Err(Failure::incomprehensible());
        }
        Ok(Self {
            failures,
            is_repeated: false,
        })
    }
}

/// What is known of one of them.
#[derive(Debug)]
pub(crate) enum Swap {
    Done,
    /// Most often because the record is not there, or has another revision.
    NotDone,
    /// It may have been done, or the disk is full.
    Failed(Failure),
}

impl Sessions {
    /// Sends them again if the node was not the primary or the connection failed. None of them is done twice by that: it finds its
    /// revision no more.
    pub(crate) async fn swap(&self, updates: &[Update], deadline: Deadline<'_>) -> Result<Swaps, Failure> {
        let mut is_repeated = false;
        for _ in 1..ATTEMPTS {
            match self.send_swaps(updates, deadline).await {
                Ok(swaps) => return Ok(Swaps { is_repeated, ..swaps }),
                Err(failure) if failure.is_interruption() => is_repeated = true,
                Err(failure) if is_repeated => return Err(failure.after_an_interruption()),
                Err(failure) => return Err(failure),
            }
        }
        let swaps = self.send_swaps(updates, deadline).await;
        let swaps = swaps.map_err(Failure::after_an_interruption)?;
        Ok(Swaps { is_repeated, ..swaps })
    }

    async fn send_swaps(&self, updates: &[Update], deadline: Deadline<'_>) -> Result<Swaps, Failure> {
        let mut statements = RawArrayBuf::new();
        updates.iter().for_each(|update| statements.push(statement(update)));
        let command = rawdoc! {
            "update": self.collection.name(),
            "ordered": false,
            "writeConcern": self.write_concern.clone(),
            "updates": statements,
        };
        let answer = deadline.of(self.database.run_raw_command(command)).await?;
        Swaps::read(&answer, updates.len())
    }
}

/// Field by field what [`replacement`] would put there: a replacement could not be told to fail.
fn statement(update: &Update) -> RawDocumentBuf {
    let Update {
        key,
        record,
        expected,
        now,
    } = update;
    let mut change = rawdoc! {
        "$set": replacement(record, *now),
        "$setOnInsert": { "_id": 0 },
    };
    if record.owner.is_none() {
        change.append(cstr!("$unset"), rawdoc! { "owner": "" });
    }
    let living = rawdoc! {
        "_id": binary(key),
        "revision": document::number(*expected),
        "expires": { "$gt": date(*now) },
    };
    rawdoc! { "q": living, "u": change, "upsert": true }
}
