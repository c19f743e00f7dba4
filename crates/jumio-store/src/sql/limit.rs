//! How long a statement may take.

use std::io;
use std::time::Duration;

/// A server that gives no answer for so long is gone: a machine that vanishes ends no connection, and the driver waits without end.
#[cfg(feature = "postgres")]
pub(super) const LONGEST_STATEMENT: Duration = Duration::from_secs(60);

/// Waits for a statement, where there is a limit no longer than that. One that was given up leaves its connection in the middle of something,
/// so that must be dropped.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let Some(limit) = limit else { return work.await };
    let too_long =
        || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database gave no answer for a minute"));
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(too_long()))
}
