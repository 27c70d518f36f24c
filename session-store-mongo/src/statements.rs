//! Several writes in one command: the server does them in their order, and none after one that fails.
//!
//! The driver has no such call for servers before 8.0, so the command is ours. Neither does it send such a command again when a
//! connection fails: what can be sent twice says so here.

use mongodb::bson::{Bson, Document, RawArrayBuf, RawDocumentBuf, rawdoc};
use session_core::{Moment, Owner, StoreKey};

use crate::deadline::Deadline;
use crate::document::{binary, cut_off_id};
use crate::failure::Failure;
use crate::moments::date;
use crate::sessions::{ATTEMPTS, Sessions};

/// What a write that fails on purpose says: `_id` can't be changed.
const IMMUTABLE_FIELD: i32 = 66;

/// Writes of one command.
pub(crate) struct Statements(RawArrayBuf);

/// What they did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How many documents were found or inserted, all together.
    pub(crate) found: i64,
    /// Whether a document was inserted.
    pub(crate) inserted: bool,
    /// Which of them stopped the others, on purpose.
    pub(crate) stopped_by: Option<i64>,
    /// Whether they were sent before, and may have been done then.
    pub(crate) is_repeated: bool,
}

impl Statements {
    pub(crate) fn new() -> Self {
        Self(RawArrayBuf::new())
    }

    /// Inserts a record unless something is there.
    pub(crate) fn insert(mut self, key: &StoreKey, record: RawDocumentBuf) -> Self {
        self.0.push(rawdoc! {
            "q": { "_id": binary(key) },
            "u": { "$setOnInsert": record },
            "upsert": true,
        });
        self
    }

    /// Replaces what matches.
    pub(crate) fn replace(mut self, filter: RawDocumentBuf, document: RawDocumentBuf) -> Self {
        self.0.push(rawdoc! { "q": filter, "u": document });
        self
    }

    /// Stops what follows if there is such a document. It is not changed, for no document lets go of its `_id`.
    pub(crate) fn stop_if(mut self, filter: RawDocumentBuf) -> Self {
        self.0.push(rawdoc! { "q": filter, "u": { "$set": { "_id": 0 } } });
        self
    }

    /// Stops what follows if the owner's sessions were ended after the sign-in began.
    pub(crate) fn stop_if_cut_off(self, owner: &Owner, signs_in: Moment) -> Self {
        self.stop_if(rawdoc! { "_id": cut_off_id(owner), "cutOff": { "$gte": date(signs_in) } })
    }
}

impl Sessions {
    /// Runs statements that can be sent twice: once more, or twice, if the node was not the primary or the connection failed.
    pub(crate) async fn run(
        &self,
        statements: impl Fn() -> Statements,
        deadline: Deadline<'_>,
    ) -> Result<Outcome, Failure> {
        let (mut attempts, mut was_interrupted) = (1, false);
        loop {
            match self.send(statements(), deadline).await {
                Ok(outcome) => {
                    let is_repeated = was_interrupted;
                    return Ok(Outcome { is_repeated, ..outcome });
                }
                Err(failure) if attempts < ATTEMPTS && failure.is_interruption() => was_interrupted = true,
                // Two that insert the same may meet; then one of them is to find what the other inserted.
                Err(failure) if attempts < ATTEMPTS && failure.is_duplicate() => {}
                Err(failure) if was_interrupted => return Err(failure.after_an_interruption()),
                Err(failure) => return Err(failure),
            }
            attempts += 1;
        }
    }

    async fn send(&self, statements: Statements, deadline: Deadline<'_>) -> Result<Outcome, Failure> {
        let command = rawdoc! {
            "update": self.collection.name(),
            "ordered": true,
            "writeConcern": self.write_concern.clone(),
            "updates": statements.0,
        };
        let answer = deadline.of(self.database.run_raw_command(command)).await?;
        Outcome::read(&answer)
    }
}

impl Outcome {
    fn read(answer: &Document) -> Result<Self, Failure> {
        let mut stopped_by = None;
        for error in documents(answer, "writeErrors") {
            let (index, code) = (number(error, "index"), number(error, "code"));
            let (Some(index), Some(code)) = (index, code) else {
                return Err(Failure::incomprehensible());
            };
            if code != i64::from(IMMUTABLE_FIELD) {
                let words = error.get_str("errmsg").unwrap_or_default();
                return Err(Failure::refused(i32::try_from(code).unwrap_or_default(), words));
            }
            stopped_by = Some(index);
        }
        check_confirmation(answer)?;
        Ok(Self {
            found: number(answer, "n").ok_or_else(Failure::incomprehensible)?,
            inserted: documents(answer, "upserted").next().is_some(),
            stopped_by,
            is_repeated: false,
        })
    }
}

/// Whether as many nodes have what was written as should have it.
pub(crate) fn check_confirmation(answer: &Document) -> Result<(), Failure> {
    let Ok(error) = answer.get_document("writeConcernError") else {
        return Ok(());
    };
    let code = number(error, "code").and_then(|code| i32::try_from(code).ok());
    let name = error.get_str("codeName").unwrap_or("write concern");
    Err(Failure::unconfirmed(code.unwrap_or_default(), name))
}

pub(crate) fn documents<'a>(answer: &'a Document, name: &str) -> impl Iterator<Item = &'a Document> {
    let list = answer.get_array(name).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Bson::as_document)
}

/// Servers are free in the types of numbers.
pub(crate) fn number(document: &Document, name: &str) -> Option<i64> {
    let number = document.get(name)?;
    number.as_i32().map(i64::from).or_else(|| number.as_i64())
}
