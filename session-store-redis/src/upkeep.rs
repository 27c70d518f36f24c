//! What concerns all sessions: for operators and tests.

use futures_util::future::join_all;
use redis::{Cmd, Value};
use session_core::{InvalidScanCursor, Moment, ScanCursor, Scanned, StoreError};

use crate::answer::{Unexpected, bulk_string};
use crate::failure::Failure;
use crate::servers::Master;
use crate::sessions::Sessions;

/// How many keys a scan looks at in one step.
const STEP: usize = 1_000;
/// How many it looks at for a page, however small. Other keys of the server are among them, and are not in the page.
const FEWEST_LOOKS: usize = 100;
/// The cursor that a scan begins with, and that a server answers at its end.
const BEGINNING: u64 = 0;
/// The first nine bytes of a value: what it is, and its end.
const LAST_OF_END: usize = 8;

impl Sessions {
    pub(crate) async fn count(&self, now: Moment) -> Result<u64, StoreError> {
        let mut count = 0;
        for master in self.servers.masters().await.map_err(Failure::of_reading)? {
            let mut scan = Scan::new(self, &master);
            while let Some(places) = scan.next().await? {
                let sessions = places.iter().filter(|place| self.keys.session_at(place).is_some());
                let ends = sessions.map(|place| self.is_alive(&master, place, now));
                for is_alive in join_all(ends).await {
                    count += u64::from(is_alive?);
                }
            }
        }
        Ok(count)
    }

    async fn is_alive(&self, master: &Master, place: &[u8], now: Moment) -> Result<bool, StoreError> {
        let mut range = redis::cmd("GETRANGE");
        range.arg(place).arg(0).arg(LAST_OF_END);
        let answer = self
            .servers
            .call_at(master, &range)
            .await
            .map_err(Failure::of_reading)?;
        let bytes = bulk_string(answer).ok_or(Unexpected)?;
        let end = bytes.strip_prefix(b"R").and_then(|end| end.try_into().ok());
        let end = end.map(|end| Moment::from_millis(u64::from_be_bytes(end)));
        Ok(end.is_some_and(|end| !end.has_passed(now)))
    }

    /// One `SCAN` of one node. Whether a key is a session's or a mark is only in its value, so it may be either.
    pub(crate) async fn scan(&self, from: Option<&ScanCursor>, limit: usize) -> Result<Scanned, StoreError> {
        let walk = Walk::from(from)?;
        let masters = self.servers.masters().await.map_err(Failure::of_reading)?;
        let node = usize::try_from(walk.node).map_err(|_| InvalidScanCursor::new())?;
        let Some(master) = masters.get(node) else {
            return Ok(Scanned::default());
        };
        let mut scan = Scan::from(walk.cursor, self, master);
        let places = scan.step(limit.max(FEWEST_LOOKS)).await?.unwrap_or_default();
        let next = match scan.cursor {
            Some(cursor) => Some(Walk { cursor, ..walk }),
            None => (node + 1 < masters.len()).then_some(Walk {
                node: walk.node + 1,
                cursor: BEGINNING,
            }),
        };
        Ok(Scanned {
            keys: places.iter().filter_map(|place| self.keys.session_at(place)).collect(),
            next: next.map(|walk| walk.to_cursor()),
        })
    }

    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        for master in self.servers.masters().await.map_err(Failure::of_writing)? {
            let mut scan = Scan::new(self, &master);
            while let Some(places) = scan.next().await? {
                let ours = places.iter().filter(|place| self.keys.is_ours(place));
                let removals = ours.map(|place| self.remove(&master, place));
                for removed in join_all(removals).await {
                    removed.map_err(Failure::of_writing)?;
                }
            }
        }
        if let Some(near_cache) = &self.near_cache {
            near_cache.forget_all();
        }
        Ok(())
    }

    async fn remove(&self, master: &Master, place: &[u8]) -> Result<Value, Failure> {
        let mut remove = redis::cmd("UNLINK");
        remove.arg(place);
        self.servers.call_at(master, &remove).await
    }
}

/// A walk over all keys of a node that begin with the prefix.
struct Scan<'a> {
    sessions: &'a Sessions,
    master: &'a Master,
    cursor: Option<u64>,
}

impl<'a> Scan<'a> {
    fn new(sessions: &'a Sessions, master: &'a Master) -> Self {
        Self::from(BEGINNING, sessions, master)
    }

    fn from(cursor: u64, sessions: &'a Sessions, master: &'a Master) -> Self {
        Self {
            sessions,
            master,
            cursor: Some(cursor),
        }
    }

    /// The next keys, perhaps none, until there is an end of them.
    async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        self.step(STEP).await
    }

    /// As [`Scan::next`], with about so many keys looked at.
    async fn step(&mut self, looks: usize) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let Some(cursor) = self.cursor.take() else {
            return Ok(None);
        };
        let mut scan = Cmd::new();
        scan.arg("SCAN")
            .arg(cursor)
            .arg("MATCH")
            .arg(self.sessions.keys.pattern())
            .arg("COUNT")
            .arg(looks);
        let answer = self.sessions.servers.call_at(self.master, &scan).await;
        let (cursor, places): (u64, Vec<Vec<u8>>) =
            redis::from_redis_value(answer.map_err(Failure::of_reading)?).map_err(|_| Unexpected)?;
        if cursor != BEGINNING {
            self.cursor = Some(cursor);
        }
        Ok(Some(places))
    }
}

/// Where a walk over all nodes goes on: which of them, and the cursor there.
struct Walk {
    node: u64,
    cursor: u64,
}

impl Walk {
    fn from(cursor: Option<&ScanCursor>) -> Result<Self, InvalidScanCursor> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                node: 0,
                cursor: BEGINNING,
            });
        };
        let (node, cursor) = cursor.as_bytes().split_first_chunk().ok_or(InvalidScanCursor::new())?;
        Ok(Self {
            node: u64::from_be_bytes(*node),
            cursor: u64::from_be_bytes(cursor.try_into().map_err(|_| InvalidScanCursor::new())?),
        })
    }

    fn to_cursor(&self) -> ScanCursor {
        ScanCursor::new([self.node.to_be_bytes(), self.cursor.to_be_bytes()].concat())
    }
}
