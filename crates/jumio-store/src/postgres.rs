//! The store in a PostgreSQL database that several workers share: how it is reached.

#[cfg(test)]
mod plans;

use std::str::FromStr as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::{Inserted, NewFlow, StateCodec, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};

use crate::sql::connections::Connections;
use crate::sql::problem::{DatabaseError, Problem};
use crate::sql::session::{Core, Database, Session};
use crate::sql::{Connection, SealedFlow, SqlStore, migrate, sql};

const OPEN: &str = "open its database";
/// How many calls of one worker may be in the database at once.
const CONNECTIONS: usize = 8;
/// How long a call waits for a connection, and for a row that somebody else is just changing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Two who migrate at once take turns by this number, which no other program should use.
const MIGRATION_LOCK: i64 = 0x4a75_4d46;

/// Flows in a PostgreSQL database, version 13 or newer, that several workers share. The tables are called `jumio_…` and stand
/// in the first schema of the connection's `search_path`.
///
/// A commit waits for the disk, also where the database's own setting is `synchronous_commit = off`.
///
/// The driver is built without TLS. An application that needs it depends on the same `sqlx` with one of its `tls-` features.
pub type Postgres = SqlStore<PostgresDatabase>;

/// Says of a [`SqlStore`] that it is a PostgreSQL database.
#[derive(Debug)]
#[non_exhaustive]
pub enum PostgresDatabase {}

impl SqlStore<PostgresDatabase> {
    /// Reaches a database that has the tables: `postgres://user:password@host/database`.
    ///
    /// # Errors
    ///
    /// [`StoreError::OlderSchema`] where the tables are missing or older: [`migrate`](Self::migrate) first.
    /// [`StoreError::NewerSchema`] for what a newer version made and this one must leave alone, [`StoreError::Sealed`] where
    /// the codec's key is not the one that the database was begun with, otherwise [`StoreError::Unavailable`] with a
    /// [`DatabaseError`](crate::DatabaseError) as its source. No error holds the URL: it may have a password.
    pub async fn connect(url: &str, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        Self::connect_with(options(url)?, codec).await
    }

    /// [`connect`](Self::connect), with everything that the driver can be told.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_with(options: PgConnectOptions, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        let core = core(options, codec);
        let mut session = core.connect(OPEN).await?;
        let has_tables = has_tables(&mut session).await?;
        migrate::check(&mut session, has_tables).await?;
        session.look().await?;
        session.end();
        Ok(Self::over(core))
    }

    /// Makes the tables, or brings those of an older version to this version's. Workers of the version before may go on
    /// beside it, unless the changelog says otherwise. Needs the right to make tables, which a worker does not.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect); the tables are then as they were.
    pub async fn migrate(url: &str, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        Self::migrate_with(options(url)?, codec).await
    }

    /// [`migrate`](Self::migrate), with everything that the driver can be told.
    ///
    /// # Errors
    ///
    /// As [`migrate`](Self::migrate).
    pub async fn migrate_with(options: PgConnectOptions, codec: impl StateCodec + 'static) -> Result<Self, StoreError> {
        let core = core(options, codec);
        let mut session = core.begin(OPEN).await?;
        session.execute(sql("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK)).await?;
        let has_tables = has_tables(&mut session).await?;
        migrate::migrate(&mut session, has_tables).await?;
        session.look().await?;
        session.commit().await?;
        Ok(Self::over(core))
    }

    /// Adds a flow inside the application's own transaction in the same database: it begins if that transaction commits, and
    /// never if it is rolled back. Idempotent by key. The transaction's `search_path` must find the tables.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownProfile`] where no host has worked with the flow's profile here; a host does when it is run, or by
    /// `bind_profile`, unless its effects name no site. Any other [`StoreError`]; roll the transaction back then.
    pub async fn start_in(
        &self,
        transaction: &mut PgConnection,
        new: NewFlow,
        now: DateTime<Utc>,
    ) -> Result<Inserted, StoreError> {
        let mut session = self.core.on(Connection::Postgres(transaction), "add a flow");
        session.expect_profile(&new.profile).await?;
        session.insert(SealedFlow::seal(new, now, self.core.codec.as_ref())?, now).await
    }
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    // What is wrong with a URL is not told further: it may show the password.
    let wrong = |_| StoreError::unavailable(OPEN, DatabaseError::new(Problem::CannotOpen));
    PgConnectOptions::from_str(url).map_err(wrong)
}

fn core(options: PgConnectOptions, codec: impl StateCodec + 'static) -> Core {
    let timeout = format!("{}", BUSY_TIMEOUT.as_millis());
    let options = options
        .application_name("jumio-store")
        .options([("lock_timeout", timeout.as_str()), ("idle_in_transaction_session_timeout", "60000")])
        .disable_statement_logging();
    Core::new(Database::Postgres(Connections::new(options, CONNECTIONS, BUSY_TIMEOUT)), codec)
}

async fn has_tables(session: &mut Session<'_>) -> Result<bool, StoreError> {
    let found = sql("SELECT 1::bigint AS found FROM pg_tables
         WHERE schemaname = current_schema() AND tablename = 'jumio_schema'");
    Ok(session.row(found).await?.is_some())
}
