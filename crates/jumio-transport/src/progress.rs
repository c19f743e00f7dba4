//! Watching a body go out: progress bars, not acknowledgements.

use std::fmt;
use std::sync::Arc;

/// Told how many bytes of a body have been handed to the HTTP stack, and how many there are.
///
/// Handed over is not yet received: only the reply says that the service has them. A body that is sent again starts at
/// zero. Set it with [`CallOptions::with_progress`](crate::CallOptions::with_progress); it rides in the request's
/// extensions.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(u64, u64) + Send + Sync>);

impl Progress {
    /// Calls this with the bytes sent so far and the bytes in all. It is called between reads, so it must be quick.
    pub fn new(watch: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(watch))
    }

    /// Tells that `sent` of `total` bytes have been handed over: for transports.
    pub fn report(&self, sent: u64, total: u64) {
        (self.0)(sent, total);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress(…)")
    }
}
