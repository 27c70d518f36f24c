//! What went wrong on the way to an answer, and what that means for a caller.

use std::fmt;
use std::time::Duration;

use mongodb::error::{
    CommandError, Error, ErrorKind, NO_WRITES_PERFORMED, SYSTEM_OVERLOADED_ERROR, WriteConcernError, WriteError,
    WriteFailure,
};
use session_core::{Cause, StoreError};

/// What a caller had in mind, where it is unknown how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    Read,
    Write,
}

/// What is known of an operation that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    /// It did nothing.
    Refused,
    /// It may have been done, and it may be better on another node, or on another connection.
    Interrupted,
    /// It may have been done.
    Unknown,
    /// There is no room on the disk.
    Full,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    judgement: Judgement,
    cause: Cause,
}

/// What the driver's error says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the database did not answer within {0:?}")]
    NoAnswer(Duration),
    #[error("the database did not answer others, and one at a time tries again")]
    Away,
    #[error("no connection was free within {0:?}")]
    NoConnection(Duration),
    #[error("the database refuses: {name} ({code})")]
    Refused { code: i32, name: String, words: Words },
    #[error("the write is not confirmed by as many nodes as it should be: {name} ({code})")]
    Unconfirmed { code: i32, name: String },
    #[error("the connection failed, and whether it was done before that can't be seen any more")]
    Covered,
    #[error("the database's answer can't be understood")]
    Incomprehensible,
    #[error("the database did not let the user in: {0}")]
    Authentication(String),
    #[error("{0}")]
    NoServer(String),
    #[error("{0}")]
    Driver(String),
}

/// The text of the server. It may hold the command, and with it what is stored, so it is not shown by itself.
pub(crate) struct Words(String);

impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("..")
    }
}

/// What nodes say that are not, or no longer, the primary, or are shutting down, and routers that can't reach a node: the codes after
/// which MongoDB's specification of retryable reads has a command repeated.
const ELSEWHERE: [i32; 14] = [
    6, 7, 89, 91, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436,
];
/// What ends a command in its middle, so that some of its writes may have been done: a lock or a time limit of the server's, an
/// administrator, a connection that is gone.
const CUT_SHORT: [i32; 8] = [24, 50, 237, 279, 290, 355, 11_601, 46_841];
const OUT_OF_DISK_SPACE: i32 = 14_031;
const UNAUTHORIZED: i32 = 13;
const DUPLICATE_KEY: i32 = 11_000;

impl Failure {
    /// The time limit has passed. What was under way may have been done.
    pub(crate) fn late(limit: Duration) -> Self {
        Self::new(Judgement::Unknown, Trouble::NoAnswer(limit))
    }

    /// All connections were at work until the time limit had passed.
    pub(crate) fn no_connection(limit: Duration) -> Self {
        Self::new(Judgement::Refused, Trouble::NoConnection(limit))
    }

    /// Somebody else tries whether the database is back.
    pub(crate) fn away() -> Self {
        Self::new(Judgement::Refused, Trouble::Away)
    }

    /// A write that the server answered without doing it.
    pub(crate) fn refused(code: i32, words: &str) -> Self {
        let name = String::from("a write of the command failed");
        Self::of_code(code, name, words.to_owned())
    }

    pub(crate) fn unconfirmed(code: i32, name: &str) -> Self {
        let name = name.to_owned();
        Self::new(Judgement::Unknown, Trouble::Unconfirmed { code, name })
    }

    /// It may have been done, and what others did since covers it.
    pub(crate) fn covered() -> Self {
        Self::new(Judgement::Unknown, Trouble::Covered)
    }

    pub(crate) fn incomprehensible() -> Self {
        Self::new(Judgement::Unknown, Trouble::Incomprehensible)
    }

    fn of_code(code: i32, name: String, words: String) -> Self {
        let judgement = match code {
            OUT_OF_DISK_SPACE => Judgement::Full,
            code if ELSEWHERE.contains(&code) => Judgement::Interrupted,
            code if CUT_SHORT.contains(&code) => Judgement::Unknown,
            _ => Judgement::Refused,
        };
        let words = Words(words);
        Self::new(judgement, Trouble::Refused { code, name, words })
    }

    fn new(judgement: Judgement, trouble: Trouble) -> Self {
        Self {
            judgement,
            cause: trouble.into(),
        }
    }

    /// Whether the same command, sent again, may fare better.
    pub(crate) fn is_interruption(&self) -> bool {
        self.judgement == Judgement::Interrupted
    }

    /// It did nothing.
    pub(crate) fn is_refusal(&self) -> bool {
        self.judgement == Judgement::Refused
    }

    /// Something is under that key.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.code() == Some(DUPLICATE_KEY)
    }

    /// The same command was sent before, and may have been done then.
    pub(crate) fn after_an_interruption(mut self) -> Self {
        self.judgement = Judgement::Unknown;
        self
    }

    /// The user may not do this.
    pub(crate) fn is_lack_of_rights(&self) -> bool {
        self.code() == Some(UNAUTHORIZED)
    }

    pub(crate) fn is_unknown_user(&self) -> bool {
        matches!(self.trouble(), Some(Trouble::Authentication(_)))
    }

    /// There was no answer in time, or nobody who would give one.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self.trouble(), Some(Trouble::NoAnswer(_) | Trouble::NoServer(_)))
    }

    /// The write was done, and not by as many nodes as it should be.
    pub(crate) fn is_unconfirmed(&self) -> bool {
        matches!(self.trouble(), Some(Trouble::Unconfirmed { .. }))
    }

    /// What the server says, where it is there and says no. Only for commands in which nothing is stored.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match self.trouble() {
            Some(Trouble::Refused {
                words: Words(words), ..
            }) if !words.is_empty() => Some(words),
            Some(Trouble::Refused { .. }) => Some("it does not say why"),
            _ => None,
        }
    }

    /// Which the driver tells in words only, as what became of its search for servers.
    pub(crate) fn is_hanging_up(&self) -> bool {
        let ends = ["unexpected end of file", "tls handshake eof"];
        matches!(self.trouble(), Some(Trouble::NoServer(words)) if ends.iter().any(|end| words.contains(end)))
    }

    fn trouble(&self) -> Option<&Trouble> {
        self.cause.downcast_ref()
    }

    /// What the server gave as its reason.
    pub(crate) fn code(&self) -> Option<i32> {
        let Some(Trouble::Refused { code, .. } | Trouble::Unconfirmed { code, .. }) = self.trouble() else {
            return None;
        };
        Some(*code)
    }

    /// What the caller is told.
    pub(crate) fn of(self, intent: Intent) -> StoreError {
        match self.judgement {
            Judgement::Unknown | Judgement::Interrupted if intent == Intent::Write => StoreError::ReplyLost(self.cause),
            Judgement::Full => StoreError::Full,
            Judgement::Refused | Judgement::Unknown | Judgement::Interrupted => StoreError::Unavailable(self.cause),
        }
    }

    pub(crate) fn cause(&self) -> &(dyn std::error::Error + 'static) {
        &*self.cause
    }

    pub(crate) fn into_cause(self) -> Cause {
        self.cause
    }
}

impl From<Error> for Failure {
    /// A label of the error says that nothing was written: in the server's words, or because there was no connection yet.
    fn from(error: Error) -> Self {
        let did_nothing = [NO_WRITES_PERFORMED, SYSTEM_OVERLOADED_ERROR]
            .iter()
            .any(|label| error.contains_label(label));
        let mut failure = Self::of_kind(*error.kind);
        if did_nothing && failure.judgement != Judgement::Full {
            failure.judgement = Judgement::Refused;
        }
        failure
    }
}

impl Failure {
    fn of_kind(kind: ErrorKind) -> Self {
        if let ErrorKind::ServerSelection { .. } = kind {
            return Self::new(Judgement::Refused, Trouble::NoServer(kind.to_string()));
        }
        let was_not_sent = matches!(
            kind,
            ErrorKind::DnsResolve { .. }
                | ErrorKind::InvalidTlsConfig { .. }
                | ErrorKind::IncompatibleServer { .. }
                | ErrorKind::InvalidArgument { .. }
                | ErrorKind::SessionsNotSupported
                | ErrorKind::Shutdown
        );
        if was_not_sent {
            return Self::new(Judgement::Refused, Trouble::Driver(kind.to_string()));
        }
        if matches!(kind, ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. }) {
            return Self::new(Judgement::Interrupted, Trouble::Driver(kind.to_string()));
        }
        if let ErrorKind::Authentication { message, .. } = kind {
            return Self::new(Judgement::Refused, Trouble::Authentication(message));
        }
        if let ErrorKind::Command(CommandError {
            code,
            code_name,
            message,
            ..
        }) = kind
        {
            return Self::of_code(code, code_name, message);
        }
        if let ErrorKind::Write(WriteFailure::WriteError(WriteError {
            code,
            code_name,
            message,
            ..
        })) = kind
        {
            return Self::of_code(code, code_name.unwrap_or_default(), message);
        }
        if let ErrorKind::Write(WriteFailure::WriteConcernError(WriteConcernError { code, code_name, .. })) = kind {
            return Self::unconfirmed(code, &code_name);
        }
        Self::incomprehensible()
    }
}
