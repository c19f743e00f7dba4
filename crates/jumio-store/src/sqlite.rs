//! The store in one SQLite file: how it is opened. Several processes may share the file.

mod open;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod trouble;

use std::path::Path;

use chrono::{DateTime, Utc};
use jumio_flow::{Inserted, NewFlow, StateCodec, StoreError};
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::Mutex;

use crate::sql::session::{Core, Database};
use crate::sql::{Connection, SealedFlow, SqlStore, unavailable};

/// Flows in one SQLite file: write-ahead log, `synchronous = FULL`, every state sealed. Several processes on one machine may
/// share the file; a file on a network share is not supported.
pub type Sqlite = SqlStore<SqliteFile>;

/// Says of a [`SqlStore`] that it is one SQLite file.
#[derive(Debug)]
#[non_exhaustive]
pub enum SqliteFile {}

impl SqlStore<SqliteFile> {
    /// Opens the file. One that is missing or empty is made, with its tables, readable by its owner alone, with its folder.
    ///
    /// # Errors
    ///
    /// [`StoreError::OlderSchema`] for what an older version made: [`migrate`](Self::migrate) it first.
    /// [`StoreError::NewerSchema`] for what a newer version made, [`StoreError::Sealed`] where the codec's key is not the
    /// one that the database was begun with, otherwise [`StoreError::Unavailable`] with a
    /// [`DatabaseError`](crate::DatabaseError) as its source.
    pub async fn open(path: impl AsRef<Path>, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        Self::set_up(path.as_ref(), codec, open::Whose::Ours, open::Older::Refused).await
    }

    /// Opens the application's own database file, which may have tables already, and makes ours beside them: they are called
    /// `jumio_…`, and everything else in the file stays as it is. So [`start_in`](Self::start_in) adds a flow in the same
    /// transaction as the order that it is for. The file changes to the write-ahead log, for all who use it; who may read it
    /// is the application's to say.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_beside(path: impl AsRef<Path>, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        Self::set_up(path.as_ref(), codec, open::Whose::Applications, open::Older::Refused).await
    }

    /// Brings the tables of an older version to this version's, and opens the file. Workers of the version before may go on
    /// beside it, unless the changelog says otherwise.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); the tables are then as they were.
    pub async fn migrate(path: impl AsRef<Path>, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        Self::set_up(path.as_ref(), codec, open::Whose::Ours, open::Older::Migrated).await
    }

    async fn set_up(
        path: &Path,
        codec: impl StateCodec + 'static,
        whose: open::Whose,
        older: open::Older,
    ) -> Result<Self, StoreError> {
        let options = Box::new(open::prepare(path, whose)?);
        let (connection, reader) = (Mutex::new(None), Mutex::new(None));
        let core = Core::new(Database::Sqlite { options, connection, reader }, codec);
        open::set_up(&core, whose, older).await?;
        Ok(Self::over(core))
    }

    /// Adds a flow inside the application's own transaction on the same file: it begins if that transaction commits, and
    /// never if it is rolled back. Idempotent by key.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownProfile`] where no host has worked with the flow's profile here; a host does when it is run, or by
    /// `bind_profile`, unless its effects name no site. Any other [`StoreError`]; roll the transaction back then.
    pub async fn start_in(
        &self,
        transaction: &mut SqliteConnection,
        new: NewFlow,
        now: DateTime<Utc>,
    ) -> Result<Inserted, StoreError> {
        let mut session = self.core.on(Connection::Sqlite(transaction), "add a flow");
        session.expect_profile(&new.profile).await?;
        session.insert(SealedFlow::seal(new, now, self.core.codec.as_ref())?, now).await
    }

    /// Closes the file and moves what is in its write-ahead log into it. Not needed for safety: what a call has written is
    /// durable when the call returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] where moving failed; nothing is lost then.
    pub async fn close(self) -> Result<(), StoreError> {
        #[allow(
            clippy::infallible_destructuring_match,
            irrefutable_let_patterns,
            reason = "one of two with `postgres`"
        )]
        let Database::Sqlite { connection, reader, .. } = &self.core.database else { return Ok(()) };
        // The last one to close moves the log.
        for slot in [reader, connection] {
            let connection = slot.lock().await.take();
            if let Some(connection) = connection {
                connection.close().await.map_err(unavailable("close its database"))?;
            }
        }
        Ok(())
    }
}
