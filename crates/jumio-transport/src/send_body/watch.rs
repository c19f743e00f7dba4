//! How fast a body goes out, looked at while the answer is waited for. Only an adapter of ours can do so: it holds both.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::SendBody;
use crate::{MinimumSpeed, TransportError};

/// What goes into the sockets' buffers at once needs nobody to watch it.
const WATCHED: u64 = 64 * 1024;

/// Watches how fast a body goes out while the answer is waited for.
pub(crate) struct SendWatch {
    speed: MinimumSpeed,
    total: u64,
    pulse: Option<Arc<AtomicU64>>,
}

impl SendBody {
    /// Gives up sending where the body goes out too slowly. To be taken before the body is handed over; a small body has no
    /// need of it.
    pub(crate) fn watched(&mut self, speed: MinimumSpeed) -> SendWatch {
        let pulse = (self.total > WATCHED).then(|| Arc::clone(self.pulse.get_or_insert_default()));
        SendWatch { speed, total: self.total, pulse }
    }
}

impl SendWatch {
    /// Waits for the answer, as long as the body goes out. Once the HTTP stack has all of it, only time counts.
    pub(crate) async fn wait<F: Future>(self, sending: F) -> Result<F::Output, TransportError> {
        let Some(pulse) = self.pulse else { return Ok(sending.await) };
        let moved = || Some(pulse.load(Ordering::Relaxed)).filter(|sent| *sent < self.total);
        self.speed.watch().wait(moved, sending).await
    }
}
