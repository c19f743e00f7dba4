//! The port through which a flow acts on the world.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::machine::{Done, Failure, Flow, Op};

/// Told how many bytes of an upload are out, and how many there are.
pub type UploadProgress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What it took to let an operation be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Admission {
    /// Nothing.
    Ready,
    /// An access token was fetched.
    TokenFetched,
    /// It may not be sent for this long, and that is no failure: a legal hold, a window of maintenance.
    NotFor(Duration),
}

/// Runs the operations of flows. [`ClientEffects`](crate::ClientEffects) is the one that talks to Jumio.
#[async_trait]
pub trait Effects: Send + Sync {
    /// Makes sure that the operation can be sent now: a token is there, the tenant's pace allows it. Comes before the
    /// attempt is recorded, since nothing that happens here reaches Jumio's side of the operation.
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure>;

    /// The site that they act on, as a store remembers it; `None` where there is none to speak of. A profile belongs to one.
    fn site(&self) -> Option<String> {
        None
    }

    /// Runs the operation, once. Whatever comes of it is told truthfully: [`Done::Unknown`] where it may have happened.
    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done;
}
