//! Opening the file: made for its owner alone, checked to be ours, switched to the write-ahead log, brought to our schema.

use std::path::Path;
use std::time::Duration;

use jumio_flow::{CodecError, FlowKey, StateCodec, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};

use super::problem::{DatabaseError, Problem};
use super::unavailable;
use crate::private;

const OPEN: &str = "open its database";
/// Stands in the file's header, so that another program's database is never taken for ours.
const APPLICATION_ID: i64 = 0x4a75_4d46;
/// Each brings the schema from the version that is its place, from 0, to the next.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql")];
const KNOWN_TEXT: &[u8] = b"jumio-store";

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// SQLite does not wait by itself for the switch to the write-ahead log.
const SWITCH_WAIT: Duration = Duration::from_millis(20);
const SWITCH_TRIES: u32 = 500;

/// Makes the file where it is missing, and says how to connect to it.
pub(super) fn prepare(path: &Path) -> Result<SqliteConnectOptions, StoreError> {
    let make = || {
        // SQLite reads a relative name such as `file:x` as a URL.
        let path = std::path::absolute(path)?;
        private::create_folder_of(&path)?;
        // Before SQLite opens it: its -wal and -shm files get the mode of the file itself.
        private::create_file(&path)?;
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
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging())
}

/// Checks the file and brings it to our schema.
pub(super) async fn set_up(connection: &mut SqliteConnection, codec: &dyn StateCodec) -> Result<(), StoreError> {
    check_identity(connection).await?;
    use_write_ahead_log(connection).await?;
    let failed = unavailable(OPEN);
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(failed)?;
    // The caller drops the connection after an error, which takes back what was begun.
    let found = check_identity(connection).await?;
    for (version, migration) in (1..).zip(MIGRATIONS.iter().copied()).filter(|(version, _)| *version > found) {
        sqlx::raw_sql(migration).execute(&mut *connection).await.map_err(failed)?;
        set_version(connection, version).await?;
    }
    check_key(connection, codec).await?;
    sqlx::query("COMMIT").execute(&mut *connection).await.map_err(failed)?;
    Ok(())
}

/// The version of the schema: 0 for an empty file.
async fn check_identity(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let failed = unavailable(OPEN);
    let row = sqlx::query(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
    )
    .fetch_one(connection)
    .await
    .map_err(failed)?;
    let mut numbers = [0i64; 3];
    for (place, number) in numbers.iter_mut().enumerate() {
        *number = row.try_get(place).map_err(failed)?;
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    match numbers {
        [0, 0, 0] => Ok(0),
        [APPLICATION_ID, found, _] if found > known => Err(StoreError::NewerSchema { found, known }),
        [APPLICATION_ID, found, _] => Ok(found),
        _ => Err(StoreError::unavailable(OPEN, DatabaseError::new(Problem::Foreign))),
    }
}

async fn set_version(connection: &mut SqliteConnection, version: i64) -> Result<(), StoreError> {
    let statements = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};");
    // Two numbers of our own: nothing from outside stands in the text.
    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(statements));
    statements.execute(connection).await.map(|_| ()).map_err(unavailable(OPEN))
}

async fn use_write_ahead_log(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let switched = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await;
        match switched.map_err(DatabaseError::from) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(StoreError::unavailable(OPEN, DatabaseError::new(Problem::NoSharedMemory))),
            Err(error) if error.problem() == Problem::Busy && tries < SWITCH_TRIES => {
                tries += 1;
                tokio::time::sleep(SWITCH_WAIT).await;
            }
            Err(error) => return Err(StoreError::unavailable(OPEN, error)),
        }
    }
}

/// Refuses a codec that is not the one with which this database was begun, before anything is sealed with it.
async fn check_key(connection: &mut SqliteConnection, codec: &dyn StateCodec) -> Result<(), StoreError> {
    let failed = unavailable(OPEN);
    // No flow can have this name: NUL is in no text that SQLite compares to its end.
    let name = FlowKey::new("\0key-check");
    let known = sqlx::query_scalar::<_, Vec<u8>>("SELECT sealed FROM key_check WHERE id = 1");
    match known.fetch_optional(&mut *connection).await.map_err(failed)? {
        Some(sealed) if codec.open(&name, &sealed)? == KNOWN_TEXT => Ok(()),
        Some(_) => Err(CodecError::Open.into()),
        None => {
            let insert = sqlx::query("INSERT INTO key_check (id, sealed) VALUES (1, ?)");
            insert.bind(codec.seal(&name, KNOWN_TEXT)?).execute(connection).await.map(|_| ()).map_err(failed)
        }
    }
}
