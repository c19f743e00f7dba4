//! The store in one SQLite file, and what its calls have in common: one connection, one transaction for each call.
//!
//! SQLite allows one writer at a time, so one connection behind a lock loses nothing, and several processes may share the
//! file. A connection on which anything failed is dropped: SQLite takes back what it had begun, and the next call connects
//! anew. Each call runs on a task of its own, so a caller that is dropped, or not polled for a while, keeps no one waiting.

mod claims;
mod flows;
mod inbox;
mod open;
pub(crate) mod problem;
mod row;
mod time;
#[cfg(test)]
mod trouble;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_flow::{
    CallbackKey, Claim, Delivered, Filter, FlowKey, FlowRecord, FlowStore, Hint, Inserted, Lease, NewFlow, Owner,
    StateCodec, StoreError, StoredHint, Turn,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use problem::DatabaseError;

/// Flows in one SQLite file: write-ahead log, `synchronous = FULL`, every state sealed. Several processes on one machine may
/// share the file; a file on a network share is not supported.
///
/// Names, profiles, subjects, transaction ids and times are in the clear; states and callback keys are sealed.
///
/// Needs a tokio runtime. A call that was begun is carried out even if its future is dropped.
pub struct Sqlite {
    core: Arc<Core>,
}

struct Core {
    options: SqliteConnectOptions,
    connection: Mutex<Option<SqliteConnection>>,
    codec: Box<dyn StateCodec>,
}

impl Sqlite {
    /// Opens the file, or makes it, readable by its owner alone, with its folder. Brings an older schema to this version's.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`] for what a newer version made, [`StoreError::Sealed`] where the codec's key is not the
    /// one that the database was begun with, otherwise [`StoreError::Unavailable`] with a [`DatabaseError`] as its source.
    pub async fn open(path: impl AsRef<Path>, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        let options = open::prepare(path.as_ref())?;
        let core = Core { options, connection: Mutex::new(None), codec: Box::new(codec) };
        let mut session = core.connect("open its database").await?;
        open::set_up(session.connection()?, core.codec.as_ref()).await?;
        session.end();
        Ok(Self { core: Arc::new(core) })
    }

    /// Closes the file and moves what is in its write-ahead log into it. Not needed for safety: what a call has written is
    /// durable when the call returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where moving failed; nothing is lost then.
    pub async fn close(self) -> Result<(), StoreError> {
        let connection = self.core.connection.lock().await.take();
        match connection {
            Some(connection) => connection.close().await.map_err(unavailable("close its database")),
            None => Ok(()),
        }
    }

    /// Runs a call to its end, whatever becomes of the one who asked.
    async fn run<T, F>(&self, call: impl FnOnce(Arc<Core>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let done = tokio::spawn(call(Arc::clone(&self.core))).await;
        done.unwrap_or_else(|error| Err(StoreError::unavailable("finish a call", error)))
    }
}

impl Core {
    /// A session for statements that each stand alone.
    async fn connect(&self, action: &'static str) -> Result<Session<'_>, StoreError> {
        let mut slot = self.connection.lock().await;
        if slot.is_none() {
            *slot = Some(self.options.connect().await.map_err(unavailable(action))?);
        }
        Ok(Session { slot, action, settled: false })
    }

    /// A session inside a transaction that may write. Waits while another process writes.
    async fn begin(&self, action: &'static str) -> Result<Session<'_>, StoreError> {
        let mut session = self.connect(action).await?;
        let begun = sqlx::query("BEGIN IMMEDIATE").execute(session.connection()?).await;
        begun.map_err(unavailable(action))?;
        Ok(session)
    }
}

/// The use of the connection by one call. Dropped unsettled, it takes the connection with it.
struct Session<'a> {
    slot: MutexGuard<'a, Option<SqliteConnection>>,
    action: &'static str,
    settled: bool,
}

impl Session<'_> {
    fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let closed = || StoreError::unavailable(self.action, DatabaseError::from(sqlx::Error::WorkerCrashed));
        self.slot.as_mut().ok_or_else(closed)
    }

    fn failed(&self) -> impl Fn(sqlx::Error) -> StoreError + Copy + use<> {
        unavailable(self.action)
    }

    /// Ends a session without a transaction.
    fn end(mut self) {
        self.settled = true;
    }

    /// Makes the transaction durable.
    async fn commit(mut self) -> Result<(), StoreError> {
        let failed = self.failed();
        sqlx::query("COMMIT").execute(self.connection()?).await.map_err(failed)?;
        self.settled = true;
        Ok(())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.slot.take();
        }
    }
}

fn unavailable(action: &'static str) -> impl Fn(sqlx::Error) -> StoreError + Copy {
    move |error| StoreError::unavailable(action, DatabaseError::from(error))
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").finish_non_exhaustive()
    }
}

#[async_trait]
impl FlowStore for Sqlite {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        self.run(|core| async move { core.insert_flow(new, now).await }).await
    }

    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.load_flow(&key).await }).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<FlowRecord>, StoreError> {
        let filter = filter.clone();
        self.run(|core| async move { core.list_flows(&filter).await }).await
    }

    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (key, owner) = (key.clone(), owner.clone());
        self.run(|core| async move { core.claim_flow(&key, &owner, now, lease).await }).await
    }

    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        let (profile, owner) = (profile.to_owned(), owner.clone());
        self.run(|core| async move { core.claim_due_flow(&profile, &owner, now, lease).await }).await
    }

    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        let lease = lease.clone();
        self.run(|core| async move { core.renew_lease(&lease, now, length).await }).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.run(|core| async move { core.release_lease(&lease).await }).await
    }

    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (lease, flow, used) = (lease.clone(), turn.flow.clone(), turn.used.to_vec());
        self.run(|core| async move { core.commit_turn(&lease, Turn::new(&flow, &used), now).await }).await
    }

    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.hints_of(&key).await }).await
    }

    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.knows_callback_key(&key).await }).await
    }

    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        let hint = hint.clone();
        self.run(|core| async move { core.deliver_hint(&hint, now).await }).await
    }
}
