//! The use of a connection by one call: one transaction for each, and a connection on which anything failed is dropped, so
//! that the database takes back what was begun.

#[cfg(feature = "sqlite")]
use std::sync::atomic::AtomicU32;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use jumio_flow::{StateCodec, StoreError};

#[cfg(feature = "sqlite")]
use sqlx::ConnectOptions as _;
#[cfg(feature = "sqlite")]
use tokio::sync::{Mutex, MutexGuard};

use super::backend::{Connection, sql, sql_for};
use super::clock::DatabaseClock;
#[cfg(feature = "postgres")]
use super::connections::{Borrowed, Connections};
use super::problem::{DatabaseError, Problem};
use super::tallies::Tallies;
use super::unreadable::Unreadable;
use super::watch::{Purpose, Watch};

/// So many pages stand in the write-ahead log before they are moved: 32 MiB. Moving less at a time moves the same pages again and
/// again where callbacks come in masses.
#[cfg(feature = "sqlite")]
const PAGES_FOR_A_CHECKPOINT: u32 = 8_000;
/// What a commit of anything but hints counts: after 128 of them the log has about as much as SQLite itself would let stand there,
/// and what was erased does not stand in it for long.
#[cfg(feature = "sqlite")]
const PAGES_OF_A_COMMIT: u32 = PAGES_FOR_A_CHECKPOINT.div_ceil(128);
/// What a commit of hints puts there beside a page for each.
#[cfg(feature = "sqlite")]
const PAGES_OF_A_GROUP: u32 = 4;

/// What all calls of a store share.
pub(crate) struct Core {
    pub(crate) database: Database,
    pub(crate) codec: Box<dyn StateCodec>,
    /// Whether the disk once said that it did not keep what it was given. What is in the file then, nobody knows; going on
    /// could acknowledge what is lost.
    pub(crate) lost_a_sync: AtomicBool,
    /// The hint after which it is looked again whether too many wait.
    pub(crate) next_look: AtomicI64,
    /// How many hints came to each key.
    pub(crate) tallies: Tallies,
    /// The flows that this process could not read when it looked for work.
    pub(crate) unreadable: Unreadable,
    /// How many pages stand in the write-ahead log, about.
    #[cfg(feature = "sqlite")]
    pub(crate) log_pages: AtomicU32,
    /// By which leases go.
    pub(crate) clock: DatabaseClock,
    /// When to look again whether this version may still work here.
    pub(crate) watch: Watch,
}

pub(crate) enum Database {
    /// SQLite allows one writer at a time, so one connection behind a lock loses nothing. Another one looks keys up, so that who
    /// knocks with a wrong one is told so while others write.
    #[cfg(feature = "sqlite")]
    Sqlite { options: Box<sqlx::sqlite::SqliteConnectOptions>, connection: Slot, reader: Slot },
    #[cfg(feature = "postgres")]
    Postgres(Connections),
}

impl Database {
    pub(crate) fn is_sqlite(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite { .. } => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }
}

/// A connection that is made when it is needed.
#[cfg(feature = "sqlite")]
pub(crate) type Slot = Mutex<Option<sqlx::SqliteConnection>>;

pub(super) enum Held<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(MutexGuard<'a, Option<sqlx::SqliteConnection>>),
    #[cfg(feature = "postgres")]
    Postgres(Option<Borrowed<'a>>),
    /// The caller's own, inside the caller's own transaction.
    Lent(Connection<'a>),
}

/// The use of a connection by one call. Dropped unsettled, it takes the connection with it.
pub(crate) struct Session<'a> {
    pub(super) core: &'a Core,
    pub(super) held: Held<'a>,
    action: &'static str,
    settled: bool,
    /// Whether a transaction was begun, which is to be made durable.
    in_transaction: bool,
    /// Whether the disk need not be waited for: SQLite then has its usual setting again at the end.
    is_light: bool,
    /// Whether nothing was done yet, on a connection that may have died unnoticed, that another one would not do as well.
    pub(super) may_begin_anew: bool,
}

impl Core {
    pub(crate) fn new(database: Database, codec: impl StateCodec + 'static) -> Self {
        let (lost_a_sync, next_look) = (AtomicBool::new(false), AtomicI64::new(0));
        let (unreadable, clock, watch, tallies) = Default::default();
        Self {
            database,
            codec: Box::new(codec),
            lost_a_sync,
            next_look,
            tallies,
            unreadable,
            #[cfg(feature = "sqlite")]
            log_pages: AtomicU32::new(0),
            clock,
            watch,
        }
    }

    /// A session for statements that each stand alone.
    pub(crate) async fn connect(&self, action: &'static str) -> Result<Session<'_>, StoreError> {
        self.reach(action, Purpose::Begin, false).await
    }

    /// The same for one that only reads, and waits for nobody who writes.
    pub(crate) async fn look_up(&self, action: &'static str) -> Result<Session<'_>, StoreError> {
        self.reach(action, Purpose::Begin, true).await
    }

    async fn reach(&self, action: &'static str, purpose: Purpose, only_reads: bool) -> Result<Session<'_>, StoreError> {
        self.watch.check(purpose)?;
        if self.lost_a_sync.load(Ordering::Relaxed) {
            return Err(broken(action, DatabaseError::new(Problem::SyncFailed)));
        }
        let held = match &self.database {
            #[cfg(feature = "sqlite")]
            Database::Sqlite { options, connection, reader } => {
                // One that just wrote has in its memory what another one reads from the file again.
                let mut slot = match connection.try_lock() {
                    Ok(slot) => slot,
                    Err(_) if only_reads => reader.lock().await,
                    Err(_) => connection.lock().await,
                };
                if slot.is_none() {
                    *slot = Some(options.connect().await.map_err(|error| self.failure(action, error))?);
                }
                Held::Sqlite(slot)
            }
            #[cfg(feature = "postgres")]
            Database::Postgres(connections) => {
                Held::Postgres(Some(connections.borrow().await.map_err(|error| self.failure(action, error))?))
            }
        };
        // It may have failed while this one waited for its turn.
        if self.lost_a_sync.load(Ordering::Relaxed) {
            return Err(broken(action, DatabaseError::new(Problem::SyncFailed)));
        }
        let _ = only_reads;
        let may_begin_anew = held.may_have_died();
        let (settled, in_transaction, is_light) = Default::default();
        let mut session = Session { core: self, held, action, settled, in_transaction, is_light, may_begin_anew };
        if self.watch.is_due() {
            session.look().await?;
            self.watch.check(purpose)?;
        }
        Ok(session)
    }

    /// A session inside a transaction that may write. On SQLite it waits while another process writes.
    pub(crate) async fn begin(&self, action: &'static str) -> Result<Session<'_>, StoreError> {
        self.open(action, true).await
    }

    /// A session inside a transaction, or for one statement that stands alone and may write.
    pub(crate) async fn open(&self, action: &'static str, in_transaction: bool) -> Result<Session<'_>, StoreError> {
        self.open_for(Purpose::Begin, action, in_transaction).await
    }

    /// The same, also to end what a worker holds.
    pub(crate) async fn open_for(
        &self,
        purpose: Purpose,
        action: &'static str,
        in_transaction: bool,
    ) -> Result<Session<'_>, StoreError> {
        let mut session = self.reach(action, purpose, false).await?;
        session.start(in_transaction).await?;
        Ok(session)
    }

    /// As [`open`](Self::open), to write nothing but leases: on SQLite they need not be on the disk at once. What is written
    /// afterwards brings them there with it, and where the machine fails before that, all holders died with it.
    pub(crate) async fn open_lightly(
        &self,
        purpose: Purpose,
        action: &'static str,
        in_transaction: bool,
    ) -> Result<Session<'_>, StoreError> {
        let mut session = self.reach(action, purpose, false).await?;
        #[cfg(feature = "sqlite")]
        if matches!(self.database, Database::Sqlite { .. }) {
            session.execute(sql("PRAGMA synchronous = NORMAL")).await?;
            session.is_light = true;
        }
        session.start(in_transaction).await?;
        Ok(session)
    }

    /// A session on the caller's own connection, which the caller ends.
    pub(crate) fn on<'a>(&'a self, connection: Connection<'a>, action: &'static str) -> Session<'a> {
        let held = Held::Lent(connection);
        let (in_transaction, is_light, may_begin_anew) = Default::default();
        Session { core: self, held, action, settled: true, in_transaction, is_light, may_begin_anew }
    }

    pub(crate) fn failure(&self, action: &'static str, error: sqlx::Error) -> StoreError {
        let error = DatabaseError::from(error);
        if error.problem() == Problem::SyncFailed {
            self.lost_a_sync.store(true, Ordering::Relaxed);
            return broken(action, error);
        }
        #[cfg(feature = "postgres")]
        if let (Database::Postgres(connections), Problem::Unreachable) = (&self.database, error.problem()) {
            // The server went, and with it the others: none of them is to fail somebody else's call.
            connections.forget_idle();
        }
        StoreError::unavailable(action, error)
    }
}

fn broken(action: &'static str, error: DatabaseError) -> StoreError {
    StoreError::Broken { action, source: Box::new(error) }
}

impl<'a> Session<'a> {
    pub(crate) fn core(&self) -> &'a Core {
        self.core
    }
}

impl Session<'_> {
    /// What comes next may write: of a transaction that was begun, and of nothing else, it is known that nothing of it happened.
    async fn start(&mut self, in_transaction: bool) -> Result<(), StoreError> {
        if in_transaction {
            self.execute(sql_for("BEGIN IMMEDIATE", "BEGIN")).await?;
            self.in_transaction = true;
        }
        self.may_begin_anew = false;
        Ok(())
    }

    pub(crate) fn codec(&self) -> &dyn StateCodec {
        self.core.codec.as_ref()
    }

    pub(crate) fn connection(&mut self) -> Result<Connection<'_>, StoreError> {
        let action = self.action;
        let closed = || StoreError::unavailable(action, DatabaseError::from(sqlx::Error::WorkerCrashed));
        match &mut self.held {
            #[cfg(feature = "sqlite")]
            Held::Sqlite(slot) => slot.as_mut().map(Connection::Sqlite).ok_or_else(closed),
            #[cfg(feature = "postgres")]
            Held::Postgres(connection) => {
                connection.as_mut().map(|held| Connection::Postgres(&mut held.connection)).ok_or_else(closed)
            }
            Held::Lent(connection) => Ok(match connection {
                #[cfg(feature = "sqlite")]
                Connection::Sqlite(connection) => Connection::Sqlite(connection),
                #[cfg(feature = "postgres")]
                Connection::Postgres(connection) => Connection::Postgres(connection),
            }),
        }
    }

    pub(crate) fn failed(&self) -> impl Fn(sqlx::Error) -> StoreError + Copy + use<'_> {
        |error| self.core.failure(self.action, error)
    }

    /// Ends a session without a transaction.
    pub(crate) fn end(mut self) {
        self.settled = true;
    }

    /// Makes the transaction durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.close().await
    }

    /// Makes the transaction durable, where there is one, and ends the session.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.close_after(None).await
    }

    /// The same after so many hints were added.
    pub(crate) async fn close_after_hints(self, hints: usize) -> Result<(), StoreError> {
        self.close_after(Some(hints)).await
    }

    async fn close_after(mut self, hints: Option<usize>) -> Result<(), StoreError> {
        if self.in_transaction {
            self.execute(sql("COMMIT")).await?;
        }
        if self.is_light {
            self.execute(sql("PRAGMA synchronous = FULL")).await?;
        }
        #[cfg(feature = "sqlite")]
        self.checkpoint_now_and_then(hints).await?;
        let _ = hints;
        self.settled = true;
        Ok(())
    }

    /// Moves what is in SQLite's write-ahead log into its file. SQLite would do so by itself, and keep to itself whether the
    /// disk took it.
    #[cfg(feature = "sqlite")]
    async fn checkpoint_now_and_then(&mut self, hints: Option<usize>) -> Result<(), StoreError> {
        if !matches!(self.held, Held::Sqlite(_)) {
            return Ok(());
        }
        let pages = hints.map_or(PAGES_OF_A_COMMIT, |hints| {
            u32::try_from(hints).unwrap_or(PAGES_FOR_A_CHECKPOINT).saturating_add(PAGES_OF_A_GROUP)
        });
        // The connection is this session's alone, so nobody else counts meanwhile.
        let pages = self.core.log_pages.load(Ordering::Relaxed).saturating_add(pages);
        let is_due = pages >= PAGES_FOR_A_CHECKPOINT;
        self.core.log_pages.store(if is_due { 0 } else { pages }, Ordering::Relaxed);
        if !is_due {
            return Ok(());
        }
        match self.rows(sql("PRAGMA wal_checkpoint(PASSIVE)")).await {
            Err(error) if error.is_final() => Err(error),
            // A full disk, for example: what was committed is in the log, and the next one tries again.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the write-ahead log could not be moved");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        match &mut self.held {
            #[cfg(feature = "sqlite")]
            Held::Sqlite(slot) if !self.settled => drop(slot.take()),
            #[cfg(feature = "postgres")]
            Held::Postgres(connection) => {
                let whole = connection.take().filter(|_| self.settled);
                whole.into_iter().for_each(Borrowed::give_back);
            }
            _ => {}
        }
    }
}
