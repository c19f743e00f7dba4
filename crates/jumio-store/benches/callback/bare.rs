//! The floor under the groups: the same callbacks over the bare driver into one table, by one statement for a group.

use std::path::Path;

use jumio_callback::{Accepted, Notification, Sink, SinkError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};
use tokio::sync::Mutex;

pub(crate) struct Bare(Mutex<SqliteConnection>);

impl Bare {
    pub(crate) async fn open(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "8000")
            .pragma("cache_size", "-16384");
        let mut connection = options.connect().await.unwrap();
        let table = "CREATE TABLE bare (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, status TEXT, execution TEXT,
                                        received_at INTEGER NOT NULL) STRICT";
        sqlx::raw_sql(table).execute(&mut connection).await.unwrap();
        Self(Mutex::new(connection))
    }
}

#[async_trait::async_trait]
impl Sink for Bare {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        self.accept_all(vec![notification]).await.pop().unwrap()
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let rows = vec!["(?, ?, ?, 0)"; notifications.len()].join(",");
        let text = format!("INSERT INTO bare (name, status, execution, received_at) VALUES {rows}");
        let mut query = sqlx::query(AssertSqlSafe(text));
        for one in &notifications {
            // Spread as a digest is, and cheaper.
            let name = format!("{} {}", one.key.as_deref().unwrap_or_default(), one.identity());
            let name = name.bytes().fold([0_u64; 2], |[a, b], byte| {
                let a = (a ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
                [b ^ a, a.wrapping_add(b)]
            });
            let name = name.map(u64::to_be_bytes).concat();
            let status = one.status.as_ref().map(|status| status.as_str().to_owned());
            query = query.bind(name).bind(status).bind(one.execution.as_ref().map(|id| id.as_str().to_owned()));
        }
        query.execute(&mut *self.0.lock().await).await.unwrap();
        notifications.iter().map(|_| Ok(Accepted::New)).collect()
    }

    fn wants_body(&self, _: &Notification) -> bool {
        false
    }
}
