//! The connections to PostgreSQL that a store keeps. The driver's own pool asks each connection whether it is well when it is given
//! back, a round trip for every call; here only one that was idle for a while is asked.

use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

/// After so long a connection may have died unnoticed.
const UNNOTICED: Duration = Duration::from_secs(5);
/// One that is well says so within this time.
const WELL: Duration = Duration::from_secs(1);
/// One that nobody needs for so long is closed when another one is given back.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// One that is older is not kept: what it holds in the server grows.
const OLD: Duration = Duration::from_secs(30 * 60);
/// Between two tries to reach a server that is just starting or has no room.
const AGAIN: Duration = Duration::from_millis(100);

pub(crate) struct Connections {
    options: Box<PgConnectOptions>,
    wait: Duration,
    places: Semaphore,
    idle: Mutex<Vec<Kept>>,
}

struct Kept {
    connection: PgConnection,
    made: Instant,
    idle_since: Instant,
}

/// A connection in somebody's hands. Dropped, it is closed.
pub(crate) struct Borrowed<'a> {
    pub(super) connection: PgConnection,
    /// Whether it lay idle, and may have died then.
    pub(super) was_idle: bool,
    made: Instant,
    of: &'a Connections,
    _place: SemaphorePermit<'a>,
}

impl Connections {
    /// At most so many at once; whoever needs one more waits for so long.
    pub(crate) fn new(options: PgConnectOptions, most: usize, wait: Duration) -> Self {
        Self { options: Box::new(options), wait, places: Semaphore::new(most), idle: Mutex::default() }
    }

    pub(super) async fn borrow(&self) -> Result<Borrowed<'_>, sqlx::Error> {
        timeout(self.wait, self.find()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn find(&self) -> Result<Borrowed<'_>, sqlx::Error> {
        let place = self.places.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        loop {
            let kept = self.idle().pop();
            let Some(mut kept) = kept else { break };
            if kept.idle_since.elapsed() <= UNNOTICED
                || timeout(WELL, kept.connection.ping()).await.is_ok_and(|pong| pong.is_ok())
            {
                let Kept { connection, made, .. } = kept;
                return Ok(Borrowed { connection, was_idle: true, made, of: self, _place: place });
            }
        }
        let connection = loop {
            match self.connect().await {
                Err(error) if passes(&error) => sleep(AGAIN).await,
                connected => break connected?,
            }
        };
        Ok(Borrowed { connection, was_idle: false, made: Instant::now(), of: self, _place: place })
    }

    /// A new one, on which a commit waits for the disk, and a statement sees what was committed before it, whatever the server's own
    /// settings are.
    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        let on = "SELECT set_config('synchronous_commit', 'on', false)
                  WHERE current_setting('synchronous_commit') = 'off'";
        sqlx::query(on).execute(&mut connection).await?;
        let read_committed = "SELECT set_config('default_transaction_isolation', 'read committed', false)";
        sqlx::query(read_committed).execute(&mut connection).await?;
        Ok(connection)
    }

    /// Closes those that nobody uses.
    pub(super) fn forget_idle(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server that refuses connections or has no room may be restarting.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        // `too_many_connections` and `cannot_connect_now`.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("53300" | "57P03")),
        _ => false,
    }
}

impl Borrowed<'_> {
    /// For the next one: nothing is under way on it.
    pub(super) fn give_back(self) {
        let mut idle = self.of.idle();
        idle.retain(|kept| kept.idle_since.elapsed() <= IDLE);
        if self.made.elapsed() <= OLD {
            idle.push(Kept { connection: self.connection, made: self.made, idle_since: Instant::now() });
        }
    }
}
