//! A lease on its way to who asked for it.

use std::sync::Arc;

use jumio_flow::Lease;

use super::session::Core;

/// Goes with the answer to a claim. Dropped with it, since nobody waits for it any more, it gives the flow back: it would stand
/// still until the lease ran out. Where there is no runtime any more, it does.
pub(super) struct Undelivered {
    core: Arc<Core>,
    lease: Option<Lease>,
}

impl Undelivered {
    pub(super) fn new(core: Arc<Core>, lease: Option<Lease>) -> Self {
        Self { core, lease }
    }

    /// Whoever asked has it.
    pub(super) fn arrived(mut self) {
        self.lease = None;
    }
}

impl Drop for Undelivered {
    fn drop(&mut self) {
        let (Some(lease), Ok(runtime)) = (self.lease.take(), tokio::runtime::Handle::try_current()) else { return };
        let core = Arc::clone(&self.core);
        runtime.spawn(async move {
            if let Err(error) = core.release_lease(&lease).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(flow = %lease.key, error, "a lease that nobody waited for could not be given back");
            }
        });
    }
}
