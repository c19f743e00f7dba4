//! Opening the file: made for its owner alone, checked to be ours, switched to the write-ahead log.

use std::path::Path;
use std::time::Duration;

use jumio_flow::StoreError;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};

use crate::private;
use crate::sql::problem::{DatabaseError, Problem};
use crate::sql::session::{Core, Session};
use crate::sql::{migrate, sql};

const OPEN: &str = "open its database";
/// Stands in the file's header, so that another program's database is never taken for ours.
const APPLICATION_ID: i64 = 0x4a75_4d46;
const MARK: &str = "PRAGMA application_id = 1249201478";

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// SQLite does not wait by itself for the switch to the write-ahead log.
const SWITCH_WAIT: Duration = Duration::from_millis(20);
const SWITCH_TRIES: u32 = 500;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Ours alone.
    Ours,
    /// The application's, which has tables of its own in it.
    Applications,
}

/// Makes the file where it is missing, and says how to connect to it.
pub(super) fn prepare(path: &Path, whose: Whose) -> Result<SqliteConnectOptions, StoreError> {
    let make = || {
        // SQLite reads a relative name such as `file:x` as a URL.
        let path = std::path::absolute(path)?;
        private::create_folder_of(&path)?;
        // Before SQLite opens it: its -wal and -shm files get the mode of the file itself.
        if whose == Whose::Ours || !path.exists() {
            private::create_file(&path)?;
        }
        Ok(path)
    };
    let path = make().map_err(|error| StoreError::unavailable(OPEN, DatabaseError::cannot_open(error)))?;
    Ok(SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        // Without it a Mac's disk may keep a commit in its own cache.
        .pragma("fullfsync", "ON")
        // Checkpoints are asked for, so that what goes wrong with them is told.
        .pragma("wal_autocheckpoint", "0")
        // What is erased is overwritten, and not only forgotten.
        .pragma("secure_delete", "ON")
        // Taken when it is needed: the pages among which hints of many flows are put.
        .pragma("cache_size", "-16384")
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging())
}

/// What to do about the tables of an older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Older {
    Refused,
    Migrated,
}

/// Checks the file, and makes the tables where there are none.
pub(super) async fn set_up(core: &Core, whose: Whose, older: Older) -> Result<(), StoreError> {
    let mut session = core.connect(OPEN).await?;
    has_tables(&mut session, whose).await?;
    use_write_ahead_log(&mut session).await?;
    session.end();
    // Dropped after an error, the session takes back what was begun.
    let mut session = core.begin(OPEN).await?;
    let has_tables = has_tables(&mut session, whose).await?;
    if has_tables && older == Older::Refused {
        migrate::check(&mut session, has_tables).await?;
    } else {
        migrate::migrate(&mut session, has_tables).await?;
        if !has_tables && whose == Whose::Ours {
            session.script(MARK, "").await?;
        }
    }
    session.look().await?;
    session.commit().await
}

/// Whether our tables are in the file; an empty one is nobody's yet.
async fn has_tables(session: &mut Session<'_>, whose: Whose) -> Result<bool, StoreError> {
    let statement = sql("SELECT application_id AS application, (SELECT count(*) FROM sqlite_schema) AS tables,
             (SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'jumio_schema') AS ours
         FROM pragma_application_id");
    let row = session.row(statement).await?;
    let read = || match &row {
        Some(row) => Ok((row.get::<i64>("application")?, row.get::<i64>("tables")?, row.get::<i64>("ours")? == 1)),
        None => Ok((0, 0, false)),
    };
    match read().map_err(session.failed())? {
        (_, _, true) | (APPLICATION_ID, _, _) => Ok(true),
        (0, 0, _) => Ok(false),
        _ if whose == Whose::Applications => Ok(false),
        _ => Err(StoreError::unavailable(OPEN, DatabaseError::new(Problem::Foreign))),
    }
}

async fn use_write_ahead_log(session: &mut Session<'_>) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let switched = session.connection()?.rows(sql("PRAGMA journal_mode = WAL")).await;
        let mode = switched.and_then(|rows| rows.first().map(|row| row.get::<String>("journal_mode")).transpose());
        match mode.map_err(DatabaseError::from) {
            Ok(mode) if mode.as_deref() == Some("wal") => return Ok(()),
            Ok(_) => return Err(StoreError::unavailable(OPEN, DatabaseError::new(Problem::NoSharedMemory))),
            Err(error) if error.problem() == Problem::Busy && tries < SWITCH_TRIES => {
                tries += 1;
                tokio::time::sleep(SWITCH_WAIT).await;
            }
            Err(error) => return Err(StoreError::unavailable(OPEN, error)),
        }
    }
}
