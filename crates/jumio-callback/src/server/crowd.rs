//! Connections for which there is no place: told so, where that costs little, and let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many are told at once; beyond that a connection is closed without a word.
const TOLD_AT_ONCE: usize = 256;

/// How long one may take to listen.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same seconds as the receiver's own 503.
const ANSWER: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

pub(super) struct Crowd {
    told: Arc<Semaphore>,
    shed: Arc<AtomicU64>,
}

impl Crowd {
    pub(super) fn new(shed: Arc<AtomicU64>) -> Self {
        Self { told: Arc::new(Semaphore::new(TOLD_AT_ONCE)), shed }
    }

    /// Answers 503 and closes.
    pub(super) fn turn_away(&self, mut stream: TcpStream) {
        if self.shed.fetch_add(1, Ordering::Relaxed).is_power_of_two() {
            tracing::warn!("too many connections: some are answered with 503");
        }
        let Ok(place) = Arc::clone(&self.told).try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Who does not listen in time is let go all the same.
            let _ = timeout(PATIENCE, tell(&mut stream)).await;
            drop(place);
        });
    }
}

/// Answers at once, then reads what the caller still sends: a connection that is closed over unread bytes is reset, and the
/// answer with it.
async fn tell(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}
