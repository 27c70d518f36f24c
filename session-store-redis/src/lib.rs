//! The Redis and Valkey session store of `session-kit`.
//!
//! [`RedisStore`] keeps the whole contract of [`Store`](session_core::Store) on one server, on a master and its replicas under
//! Sentinel, and in a cluster.
//!
//! # What it keeps
//!
//! A session is one string: a small header (revision, end, activity, owner) and the payload, at the prefix and the key as base64url. Its
//! time to live runs out a minute after its end; the end itself is judged by what is in the header and the clock of the
//! manager. An owner's sessions are the members of a sorted set by end. After a rotation the old key holds a mark with the
//! name of the new one.
//!
//! # Round trips
//!
//! | | one server, Sentinel | Cluster |
//! |---|---|---|
//! | load | 1 `GET` | 1 |
//! | create; signed in | 1 `SET NX PX`; 1 script | 1; 2 |
//! | update, whatever the answer | 1 script | 1 |
//! | touch | 1 script | 1 |
//! | rotate; with an owner | 1 script; 1 | 2; 3 |
//! | delete; through n marks | 1 script; 1 + n | 1; 1 + n |
//! | sessions of an owner | 1, and 1 for all of them together | 1, and 1 a node |
//! | end of all of them | 3 | 3 |
//!
//! A script that a server does not know yet, because it was started or replaced, costs one more. A session with an owner that
//! slides past the end that its index was told costs two more, once in its remaining life.
//!
//! # Why signing out everywhere misses nothing
//!
//! On one server a script does everything at one instant. In a cluster, session and index are on different nodes, and the order
//! does it:
//!
//! 1. Whoever signs in writes the **session first**, then reads the **cut-off and lists itself** in one script on the index's node,
//!    and takes the session back if it was cut off. Only then is the cookie sent.
//! 2. Whoever signs out everywhere **moves the cut-off and reads the list** in one script on the same node, then ends what is listed,
//!    along the marks of rotations.
//!
//! The two scripts on the index's node come one after the other. If the list is read first, the sign-in finds the cut-off; if the sign-in is
//! first, it is in the list. A process that dies after writing the session leaves one whose id nobody has; one that dies after
//! ending a session leaves an entry without a session, which the next look at the list removes.
//!
//! A rotation in a cluster writes the new record, lists it, and then turns the old record into the mark if it is still
//! what it was. A deletion leaves a tombstone for a minute, so that no late copy of the first step brings the session back.
//!
//! # Connections
//!
//! Each thread has a connection of its own as far as there are enough ([`connections`](RedisStoreBuilder::connections)); many commands are
//! under way on each. They are opened when first needed, with `TCP_NODELAY` and keep-alive. A command that is not answered within
//! [`response_timeout`](RedisStoreBuilder::response_timeout), and a connection that fails, give up all connections to that server: it may be
//! another one by now. Until it is reached again, calls fail at once with the reason, and one of them tries again after 50 ms, then
//! less and less often, up to a second.
//!
//! Nothing that writes is ever sent twice by the store. A write that was sent and not answered is
//! [`ReplyLost`](session_core::StoreError::ReplyLost), one that was not sent is [`Unavailable`](session_core::StoreError::Unavailable).
//!
//! With Sentinel, the store listens for failovers, and asks every five seconds besides. A master that was frozen or cut off goes
//! on taking writes from whoever still has a connection to it; they are lost when it becomes a replica. So all connections are given up as
//! soon as one Sentinel names another master. In a cluster, redirections are followed, and the slots are read anew when a node can't be reached.
//!
//! # Near-cache
//!
//! With [`near_cache`](RedisStoreBuilder::near_cache), loads are served from the memory of this process as long as they are known to be true:
//!
//! - The server tells each connection which of the keys that were read over it have changed (`CLIENT TRACKING`).
//! - A placeholder stands for a session while the server is asked. What says that the session has changed removes it, so an answer
//!   that was overtaken is not kept.
//! - What this process writes, it forgets before the answer is given.
//! - What was read over a connection is no longer served when that connection is lost, or when nothing was heard over it for
//!   [`max_staleness`](NearCacheSettings::max_staleness).
//!
//! So a session that was signed out on another node is seen to be so here as soon as the message has arrived, and at the latest, if
//! the network has failed without a sign, after two seconds. What is written to it meanwhile is refused: the server decides.

mod address;
mod answer;
#[cfg(test)]
mod any_input;
mod cluster;
mod connect;
mod connect_error;
mod connection;
#[cfg(feature = "express")]
mod express;
mod failure;
mod given;
mod keys;
mod moments;
mod near_cache;
mod number_of_thread;
mod outage;
mod owners;
mod rotation;
mod script;
mod sentinel;
mod server;
mod server_info;
mod servers;
mod sessions;
mod settings;
mod slots;
mod store;
mod surrounded;
mod tls;
mod upkeep;
mod value;

pub use address::InvalidRedisUrl;
pub use connect_error::RedisConnectError;
#[cfg(feature = "express")]
pub use express::ConnectRedisStore;
pub use near_cache::NearCacheSettings;
pub use settings::RedisStoreBuilder;
pub use store::RedisStore;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
