//! Why there is no store.

use std::time::Duration;

use mongodb::error::ErrorKind;
use session_core::{Cause, ConfigError};

use crate::failure::Failure;
use crate::stored::InvalidDocument;

/// A store could not be had.
///
/// Nothing of the URL is shown, for URLs hold passwords.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MongoConnectError {
    /// The URL can't be read.
    #[error("the database's URL can't be read, needs the form {form}")]
    Url {
        /// What it should look like.
        form: &'static str,
    },
    /// One of the URL's options can't be read, and the rest can.
    #[error("option {place} of the database's URL can't be read, needs a name and a value that MongoDB knows")]
    UrlOption {
        /// Which one it is, the first being 1.
        place: usize,
    },
    /// The options do not go together, or have values that the driver does not take.
    #[error("the driver refuses the options of the connection")]
    Options(#[source] Cause),
    /// The files that the options name can't be read.
    #[error("the TLS certificates can't be read, needs PEM in the files of `tlsCAFile` and `tlsCertificateKeyFile`")]
    Certificates(#[source] Cause),
    /// The URL names a DNS record.
    #[error("`mongodb+srv:` is not part of this build, needs the Cargo feature `srv`, or the servers' names")]
    WithoutSrv,
    /// Nothing says which database it is.
    #[error("no database is named, needs one at the end of the URL, `mongodb://host/database`, or `database`")]
    NoDatabase,
    /// A name that a database or a collection can't have, or that is not safe to use.
    #[error("the {what} `{name}` can't be used, needs {needs}")]
    Name {
        /// Database or collection.
        what: &'static str,
        /// The name.
        name: String,
        /// What would be right.
        needs: &'static str,
    },
    /// A setting is out of its bounds.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// No answer, or none that was understood.
    #[error("the database can't be reached")]
    Unreachable(#[source] Cause),
    /// The database ends connections before it has said anything: so does one with TLS to those without, and the other way round.
    #[error("the database hangs up, needs `tls=true` if it speaks TLS, and none of it if it does not")]
    HangsUp(#[source] Cause),
    /// The database answers, and refuses.
    #[error("the database refuses the store: {needs}")]
    Refused {
        /// What would be right.
        needs: String,
        /// What the database says.
        #[source]
        source: Cause,
    },
    /// The server is a secondary, or another one that takes no writes.
    #[error("the server is no primary, needs the names of all nodes and `replicaSet`, without `directConnection`")]
    NotPrimary,
    /// There is a collection of that name with other documents in it. It was left as it is.
    #[error("the collection `{collection}` is not one of session-kit's, needs another name: see `collection`")]
    ForeignCollection {
        /// Its name.
        collection: String,
        /// What is wrong with the first document that is not ours.
        #[source]
        source: Cause,
    },
    /// The collection was made with a collation, by which different owners could be the same.
    #[error("the collection `{collection}` has a collation, needs to be one without")]
    Collation {
        /// Its name.
        collection: String,
    },
    /// There is an index on that field with other options, or one of the same name on another field. It was left as it is.
    #[error(
        "the collection `{collection}` has an index that is in the way of the one on `{field}`, needs `{command}` once it is dropped"
    )]
    IndexInTheWay {
        /// The collection.
        collection: String,
        /// What the right one would be on.
        field: &'static str,
        /// How to make the right one.
        command: String,
    },
    /// There is no such index, and the store was told to leave that to others.
    #[error("the collection `{collection}` has no index on `{field}`, needs `{command}`")]
    MissingIndex {
        /// The collection.
        collection: String,
        /// What the index should be on.
        field: &'static str,
        /// How to make it.
        command: String,
    },
    /// The database would remove sessions that live.
    #[error("the clocks of this machine and of the database are {by:?} apart, needs less than {limit:?}")]
    ClocksDiffer {
        /// By how much.
        by: Duration,
        /// By how much they may.
        limit: Duration,
    },
}

impl MongoConnectError {
    pub(crate) fn of_failure(failure: Failure) -> Self {
        let needs = if failure.is_lack_of_rights() {
            "it needs a user with the role `readWrite` of the database, or with find, insert, update, remove and \
             createIndex (with `without_index_creation` listIndexes) on the collection"
        } else if failure.is_unknown_user() {
            "it needs another name or password, or in `authSource` the database that the user is known to"
        } else if failure.is_unconfirmed() {
            "it needs a write concern that its nodes can fulfil, such as `w=majority`"
        } else if let Some(words) = failure.refusal() {
            words
        } else if failure.is_hanging_up() {
            return Self::HangsUp(failure.into_cause());
        } else {
            return Self::Unreachable(failure.into_cause());
        };
        Self::Refused {
            needs: needs.to_owned(),
            source: failure.into_cause(),
        }
    }

    /// Before it looks for servers the driver looks at certificates, and at what DNS says.
    pub(crate) fn of_options(error: mongodb::error::Error) -> Self {
        let is_of_files = matches!(*error.kind, ErrorKind::InvalidTlsConfig { .. } | ErrorKind::Io(_));
        let is_of_names = matches!(*error.kind, ErrorKind::DnsResolve { .. });
        let cause = Failure::from(error).into_cause();
        if is_of_files {
            return Self::Certificates(cause);
        }
        if is_of_names {
            return Self::Unreachable(cause);
        }
        Self::Options(cause)
    }

    pub(crate) fn foreign(collection: &str, invalid: InvalidDocument) -> Self {
        Self::ForeignCollection {
            collection: collection.to_owned(),
            source: invalid.into(),
        }
    }
}
