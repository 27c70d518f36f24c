//! The MongoDB session store of `session-kit`.
//!
//! [`MongoStore`] keeps the whole contract of [`Store`](session_core::Store) on one server, on a replica set and on a sharded cluster, with
//! MongoDB 4.4 and newer.
//!
//! # What it keeps
//!
//! ```text
//! {_id: BinData(key), revision: Long, created: Date, lastSeen: Date, expires: Date, owner: "..", removeAt: Date, data: BinData(payload)}
//! ```
//!
//! A session is one document; its key is the SHA-256 of the id, and its payload has at most 16 MiB less one KiB. After a rotation the document under the old key is a
//! mark that names the new one, and a deletion leaves an empty one for a while. One more document for each owner remembers since when the owner's
//! sign-ins count again. Dates are those of the manager's clock, but for `removeAt`: an hour after the end by the real time, when
//! MongoDB may remove the document. It does so at its leisure; what has ended is absent all the same.
//!
//! # Indexes
//!
//! The store makes them when it connects. Where only administrators do, they run this, and the store is told
//! [`without_index_creation`](MongoStoreBuilder::without_index_creation):
//!
//! ```text
//! db.session_kit.createIndex({removeAt: 1}, {expireAfterSeconds: 0})
//! db.session_kit.createIndex({owner: 1}, {sparse: true})
//! ```
//!
//! # Commands
//!
//! | | |
//! |---|---|
//! | load | `find` |
//! | create | `insert` |
//! | create, signed in | `update` of 2 writes |
//! | create, signed in: cut off | `update` of 2 writes, `delete` |
//! | update | `update` |
//! | update: any other answer | `update`, `find` |
//! | touch | `update` |
//! | touch: any other answer | `update`, `find` |
//! | rotate | `update` of 3 writes |
//! | rotate: sent again, conflict, moved, gone | `update` of 3 writes, `find` |
//! | rotate what never was | `update` of 3 writes, `find`, `delete` |
//! | rotate, signed in | `update` of 4 writes |
//! | rotate, signed in: sent again, conflict, moved, gone | `update` of 4 writes, `find` |
//! | rotate, signed in: cut off | `update` of 4 writes, `delete` |
//! | delete | `findAndModify` |
//! | delete, one more for each mark that is followed | `findAndModify`, `findAndModify` |
//! | sessions of an owner, up to ten thousand | `find` |
//! | end of all of them | `update`, `find`, `update` |
//! | end of all but one of them | `update`, `find`, `update` |
//! | end of all but one that is not the owner's | `update`, `find`, `find`, `update` |
//! | end of all of them, while one is rotated | `update`, `find`, `update`, `find`, `update` |
//! | end of all of them, where some have ended before | `update`, `find`, `update`, `update` |
//! | end of all of them, where there is none | `update`, `find` |
//! | count | `aggregate` |
//! | clear | `find`, `delete` |
//!
//! Each is a round trip. Loads of callers who wait are one `find`, and updates one `update`, after which one `find` tells those that found
//! nothing why: see [`session_batching`]. A rotation is one command of three or four writes, which the server does in their order and stops
//! at one that fails: a look at the old document, the new one, a look at the owner's cut-off, and the mark. It is no transaction, and needs
//! none: every state in between is one that a deletion at the same time can deal with.
//!
//! # Why signing out everywhere misses nothing
//!
//! Whoever signs in writes the **session first**, then looks at the **cut-off**, and takes the session back if it was cut off. Whoever signs out everywhere
//! **moves the cut-off first**, then lists and ends. So either the list has the session, or the sign-in finds the cut-off. A session that is
//! rotated meanwhile leaves a mark with the owner's name, whose entry in the index does not move, and the mark is followed.
//!
//! # What is sent twice
//!
//! The driver repeats reads, and on replica sets and clusters writes to one document (`retryWrites`), once, where a connection failed or the node was
//! not the primary. The server knows a write that it has done already by its number, and answers as it did the first time: nothing is
//! applied twice, and an update whose answer was lost is no conflict with itself. The commands of several writes have no such number; the store repeats
//! them, as they can tell by what they find that they were done before. A write that has no answer in the end, or that the server broke off, is
//! [`ReplyLost`](session_core::StoreError::ReplyLost), which the manager clears up.
//!
//! # Durability and consistency
//!
//! Where neither the URL nor the client nor the collection says otherwise, the write concern is `majority` and the read concern `local`. Reads
//! ask the primary, whatever the client's read preference. The README says what follows from it, and what else can be had at which cost.
//!
//! # Sharding
//!
//! Every operation on a session names its `_id`, so that one shard does it. Lists of an owner's sessions ask all shards.
//!
//! ```text
//! sh.shardCollection("shop.session_kit", {_id: "hashed"})
//! ```
//!
//! The rotation's writes are to two keys, perhaps on two shards, and done in their order; nothing here relies on more.
//!
//! # Connections
//!
//! Each carries one command at a time. Whoever finds none free waits in line, and is told when the time is up; nothing was sent then. A command that is given up
//! closes its connection, so that no answer can reach the wrong caller. Where the database answers nobody, one caller at a time tries again, and the others are
//! told at once. TLS is asked for in the URL (`tls=true`); the driver trusts the authorities that Mozilla does, or those in `tlsCAFile`.

mod connect;
mod connect_error;
mod deadline;
mod document;
#[cfg(feature = "express")]
mod express;
mod failure;
mod given;
mod indexes;
mod limits;
mod line;
mod moments;
mod names;
mod outage;
mod owners;
mod rotation;
mod sessions;
mod settings;
mod several;
mod statements;
mod store;
mod stored;
mod swaps;
mod upkeep;
mod url;

pub use connect_error::MongoConnectError;
#[cfg(feature = "express")]
pub use express::{ConnectMongoStore, ConnectMongodbSessionStore};
pub use settings::MongoStoreBuilder;
pub use store::MongoStore;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
