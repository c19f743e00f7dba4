//! Takes what is queued, makes it durable together, answers all: one commit for many callbacks under a flood, and no added
//! wait for a single one.

use std::fmt;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use crate::{Accepted, Notification, Sink, SinkError};

/// How many callbacks may wait for the next commit; one more is answered with 503, before memory grows.
const QUEUE: usize = 4096;

/// How many go into one commit.
const BATCH: usize = 256;

/// A sink that hands callbacks on in groups, to [`Sink::accept_all`]. Clones share the queue. When the last one is dropped,
/// what is queued is still made durable.
///
/// ```
/// use jumio_callback::{GroupCommit, Receiver};
/// # struct Nobody;
/// # #[async_trait::async_trait]
/// # impl jumio_callback::Sink for Nobody {
/// #     async fn accept(&self, _: jumio_callback::Notification) -> Result<jumio_callback::Accepted, jumio_callback::SinkError> {
/// #         Ok(jumio_callback::Accepted::New)
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let store = Nobody;
/// let receiver = Receiver::new(GroupCommit::new(store));
/// # }
/// ```
#[derive(Clone)]
pub struct GroupCommit {
    queue: mpsc::Sender<Waiting>,
}

struct Waiting {
    notification: Notification,
    answer: oneshot::Sender<Result<Accepted, SinkError>>,
}

impl GroupCommit {
    /// Starts the task that commits. It ends when the last clone is dropped.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as [`tokio::spawn`] does.
    pub fn new(sink: impl Sink + 'static) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(commit(std::sync::Arc::new(sink), waiting));
        Self { queue }
    }
}

#[async_trait]
impl Sink for GroupCommit {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let (answer, committed) = oneshot::channel();
        self.queue.try_send(Waiting { notification, answer }).map_err(|error| {
            SinkError::new(match error {
                mpsc::error::TrySendError::Full(_) => "too many callbacks wait to be stored",
                mpsc::error::TrySendError::Closed(_) => "nobody stores callbacks any more",
            })
        })?;
        committed.await.unwrap_or_else(|_| Err(SinkError::new("storing a group of callbacks was cut off")))
    }
}

async fn commit(sink: std::sync::Arc<dyn Sink>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut group = Vec::new();
    while waiting.recv_many(&mut group, BATCH).await > 0 {
        let (notifications, answers): (Vec<_>, Vec<_>) =
            group.drain(..).map(|one| (one.notification, one.answer)).unzip();
        let sink = std::sync::Arc::clone(&sink);
        // A task of its own: a panic in there costs this group its answers, and not everybody the door.
        let done = tokio::spawn(async move { sink.accept_all(notifications).await });
        let Ok(results) = done.await else { continue };
        for (answer, result) in answers.into_iter().zip(results) {
            // Whoever asked may be gone; it is durable all the same.
            let _ = answer.send(result);
        }
    }
}

impl fmt::Debug for GroupCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit").field("free", &self.queue.capacity()).finish_non_exhaustive()
    }
}
