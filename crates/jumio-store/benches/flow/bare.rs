//! The rival: the same transactions as a store makes for the load, over the bare driver, with as many bytes and no sealing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use crate::load::COMMITS;
use crate::{AT_ONCE, FLOWS};

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Clone)]
pub(crate) struct Bare {
    pool: Pool,
    state: Vec<u8>,
}

const INSERT: &str = "INSERT INTO bare_flows (key, phase, wake_at, state) VALUES ($1, 'x', 0, $2)";
const AUDIT: &str = "INSERT INTO bare_audit (flow, actor, action, happened_at) VALUES ($1, 'x', 'start', 0)";
const FIND: &str = "SELECT id, state FROM bare_flows WHERE key = $1";
const TAKE: &str = "UPDATE bare_flows SET owner = 'x', fence = fence + 1 WHERE key = $1";
const SAVE: &str = "UPDATE bare_flows SET phase = 'y', wake_at = $2, state = $3 WHERE key = $1 AND owner = 'x'";
const PUBLISH: &str = "INSERT INTO bare_outcomes (flow) VALUES ($1)";
const RELEASE: &str = "UPDATE bare_flows SET owner = NULL WHERE key = $1";

/// The statements on either driver, as somebody would write them by hand: one that stands alone has no transaction around it.
/// A macro, since the two drivers' types have nothing in common.
macro_rules! flow {
    ($pool:expr, $begin:expr, $key:expr, $state:expr) => {{
        let mut connection = $pool.acquire().await.unwrap();
        let connection = &mut *connection;
        macro_rules! run {
            ($query:expr) => {
                $query.execute(&mut *connection).await.unwrap()
            };
        }
        run!(sqlx::query($begin));
        run!(sqlx::query(INSERT).bind($key).bind($state));
        run!(sqlx::query(AUDIT).bind($key));
        run!(sqlx::query("COMMIT"));
        run!(sqlx::query($begin));
        sqlx::query(FIND).bind($key).fetch_one(&mut *connection).await.unwrap();
        run!(sqlx::query(TAKE).bind($key));
        run!(sqlx::query("COMMIT"));
        for place in 1..COMMITS {
            run!(sqlx::query(SAVE).bind($key).bind(1_000 + place as i64).bind($state));
        }
        run!(sqlx::query($begin));
        run!(sqlx::query(SAVE).bind($key).bind(1_000_i64).bind($state));
        run!(sqlx::query(PUBLISH).bind($key));
        run!(sqlx::query("COMMIT"));
        run!(sqlx::query(RELEASE).bind($key));
    }};
}

impl Bare {
    /// One connection, as the store has it: SQLite has one writer at a time.
    pub(crate) async fn sqlite(path: &Path, size: usize) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let tables =
            "CREATE TABLE bare_flows (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, phase TEXT,
                          wake_at INTEGER, state BLOB, owner TEXT, fence INTEGER NOT NULL DEFAULT 0);
                      CREATE INDEX bare_wake ON bare_flows (wake_at);
                      CREATE TABLE bare_audit (id INTEGER PRIMARY KEY AUTOINCREMENT, flow TEXT NOT NULL, actor TEXT,
                          action TEXT, happened_at INTEGER);
                      CREATE INDEX bare_audit_by_flow ON bare_audit (flow);
                      CREATE TABLE bare_outcomes (id INTEGER PRIMARY KEY AUTOINCREMENT, flow TEXT NOT NULL)";
        sqlx::raw_sql(tables).execute(&pool).await.unwrap();
        Self { pool: Pool::Sqlite(pool), state: vec![0x5a; size] }
    }

    pub(crate) async fn postgres(url: &str, size: usize) -> Self {
        let pool = PgPoolOptions::new().max_connections(8).connect(url).await.unwrap();
        let tables = "CREATE TABLE bare_flows (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key TEXT NOT NULL UNIQUE,
                          phase TEXT, wake_at BIGINT, state BYTEA, owner TEXT, fence BIGINT NOT NULL DEFAULT 0);
                      CREATE INDEX bare_wake ON bare_flows (wake_at);
                      CREATE TABLE bare_audit (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, flow TEXT NOT NULL, actor TEXT,
                          action TEXT, happened_at BIGINT);
                      CREATE INDEX bare_audit_by_flow ON bare_audit (flow);
                      CREATE TABLE bare_outcomes (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, flow TEXT NOT NULL)";
        sqlx::raw_sql(tables).execute(&pool).await.unwrap();
        Self { pool: Pool::Postgres(pool), state: vec![0x5a; size] }
    }

    /// One round.
    pub(crate) async fn run(&self, round: usize) {
        let next = Arc::new(AtomicUsize::new(0));
        let tasks = (0..AT_ONCE).map(|_| {
            let (bare, next) = (self.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= FLOWS {
                        return;
                    }
                    let (key, state) = (format!("{round}-{number}"), bare.state.as_slice());
                    match &bare.pool {
                        Pool::Sqlite(pool) => flow!(pool, "BEGIN IMMEDIATE", key.as_str(), state),
                        Pool::Postgres(pool) => flow!(pool, "BEGIN", key.as_str(), state),
                    }
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    }
}
