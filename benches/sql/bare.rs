//! The driver alone: what somebody would write who knew the store's statements by heart.

use std::ops::DerefMut;
use std::sync::{Arc, Mutex};

use session_bench::{Contender, NOW, Newcomers, Session, Sessions};
use session_core::{Record, StoreKey};
use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The columns that a load answers: the successor, revision, creation, last activity, end, owner and payload.
pub(crate) type Row<Owner = String> = (Option<Vec<u8>>, i64, i64, i64, i64, Option<Owner>, Vec<u8>);

/// A driver with the store's statements.
pub(crate) trait Driver: Database {
    const LOAD: &'static str;
    const UPDATE: &'static str;
    const CREATE: &'static str;

    fn load(
        connection: &mut Self::Connection,
        sql: &'static str,
        key: &StoreKey,
        now: i64,
    ) -> impl Future<Output = Option<Row>> + Send;

    /// Gives the session this revision, if it has still the one of `row`. Answers how many rows were updated.
    fn update(
        connection: &mut Self::Connection,
        sql: &'static str,
        key: &StoreKey,
        row: &Row,
        revision: i64,
        now: i64,
    ) -> impl Future<Output = u64> + Send;

    /// Answers how many rows were inserted.
    fn create(
        connection: &mut Self::Connection,
        sql: &'static str,
        key: &StoreKey,
        record: &Record,
    ) -> impl Future<Output = u64> + Send;
}

/// Where connections come from.
pub(crate) enum Source<D: Database> {
    Pool(Pool<D>),
    /// The least that can be called a pool.
    Shelf(Shelf<D::Connection>),
}

impl<D: Database> Clone for Source<D> {
    fn clone(&self) -> Self {
        match self {
            Self::Pool(pool) => Self::Pool(pool.clone()),
            Self::Shelf(shelf) => Self::Shelf(shelf.clone()),
        }
    }
}

impl<D: Database> Source<D> {
    pub(crate) fn shelf(connections: Vec<D::Connection>) -> Self {
        Self::Shelf(Shelf {
            permits: Arc::new(Semaphore::new(connections.len())),
            connections: Arc::new(Mutex::new(connections)),
        })
    }

    async fn take(&self) -> Taken<D> {
        match self {
            Self::Pool(pool) => Taken::OfPool(pool.acquire().await.unwrap()),
            Self::Shelf(shelf) => {
                let permit = Arc::clone(&shelf.permits).acquire_owned().await.unwrap();
                let connection = shelf.connections.lock().unwrap().pop().unwrap();
                Taken::OfShelf(connection, permit)
            }
        }
    }

    fn put(&self, taken: Taken<D>) {
        if let (Self::Shelf(shelf), Taken::OfShelf(connection, permit)) = (self, taken) {
            shelf.connections.lock().unwrap().push(connection);
            drop(permit);
        }
    }
}

pub(crate) struct Shelf<C> {
    permits: Arc<Semaphore>,
    connections: Arc<Mutex<Vec<C>>>,
}

impl<C> Clone for Shelf<C> {
    fn clone(&self) -> Self {
        Self {
            permits: Arc::clone(&self.permits),
            connections: Arc::clone(&self.connections),
        }
    }
}

enum Taken<D: Database> {
    OfPool(PoolConnection<D>),
    OfShelf(D::Connection, OwnedSemaphorePermit),
}

impl<D: Database> Taken<D> {
    fn connection(&mut self) -> &mut D::Connection {
        match self {
            Self::OfPool(connection) => connection.deref_mut(),
            Self::OfShelf(connection, _) => connection,
        }
    }
}

/// Connections, and the statements with the name of the table.
pub(crate) struct Bare<D: Driver> {
    reads: Source<D>,
    writes: Source<D>,
    load: &'static str,
    update: &'static str,
    create: &'static str,
}

impl<D: Driver> Bare<D> {
    pub(crate) fn new(reads: Source<D>, writes: Source<D>, table: &str) -> Self {
        Self {
            reads,
            writes,
            load: statement(D::LOAD, table),
            update: statement(D::UPDATE, table),
            create: statement(D::CREATE, table),
        }
    }

    async fn load(&self, session: &Session) -> Row {
        let mut taken = self.reads.take().await;
        let row = D::load(taken.connection(), self.load, &session.key, now()).await;
        self.reads.put(taken);
        let row = row.unwrap();
        assert_eq!(row.6, session.payload);
        row
    }

    async fn update(&self, session: &Session, row: &Row) {
        let mut taken = self.writes.take().await;
        let updated = D::update(taken.connection(), self.update, &session.key, row, row.1 + 1, now()).await;
        self.writes.put(taken);
        assert_eq!(updated, 1);
    }

    async fn create(&self, key: &StoreKey, record: &Record) {
        let mut taken = self.writes.take().await;
        let created = D::create(taken.connection(), self.create, key, record).await;
        self.writes.put(taken);
        assert_eq!(created, 1);
    }
}

/// A statement of the store's as it is sent: in one line, without comments, and with the name of this table.
fn statement(sql: &str, table: &str) -> &'static str {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap().trim());
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ").replace("session_kit", table).leak()
}

fn now() -> i64 {
    NOW.as_millis().cast_signed()
}

/// The numbers of a record, as engines have them: revision, creation, last activity, end.
pub(crate) fn numbers(record: &Record) -> [i64; 4] {
    [
        record.revision.as_u64(),
        record.created_at.as_millis(),
        record.last_seen_at.as_millis(),
        record.expires_at.as_millis(),
    ]
    .map(u64::cast_signed)
}

pub(crate) struct BareLoad<D: Driver> {
    bare: Arc<Bare<D>>,
    sessions: Arc<Sessions>,
}

impl<D: Driver> BareLoad<D> {
    pub(crate) fn new(bare: &Arc<Bare<D>>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
        }
    }
}

impl<D: Driver> Contender for BareLoad<D> {
    async fn operate(&self, item: usize) {
        self.bare.load(self.sessions.get(item)).await;
    }
}

pub(crate) struct BareUpdate<D: Driver> {
    bare: Arc<Bare<D>>,
    sessions: Arc<Sessions>,
}

impl<D: Driver> BareUpdate<D> {
    pub(crate) fn new(bare: &Arc<Bare<D>>, sessions: &Arc<Sessions>) -> Self {
        Self {
            bare: Arc::clone(bare),
            sessions: Arc::clone(sessions),
        }
    }
}

impl<D: Driver> Contender for BareUpdate<D> {
    async fn operate(&self, item: usize) {
        let session = self.sessions.get(item);
        let row = self.bare.load(session).await;
        self.bare.update(session, &row).await;
    }
}

pub(crate) struct BareCreate<D: Driver> {
    bare: Arc<Bare<D>>,
    newcomers: Arc<Newcomers>,
}

impl<D: Driver> BareCreate<D> {
    pub(crate) fn new(bare: &Arc<Bare<D>>, newcomers: &Arc<Newcomers>) -> Self {
        Self {
            bare: Arc::clone(bare),
            newcomers: Arc::clone(newcomers),
        }
    }
}

impl<D: Driver> Contender for BareCreate<D> {
    async fn operate(&self, _item: usize) {
        let (key, record) = self.newcomers.next();
        self.bare.create(&key, &record).await;
    }
}
