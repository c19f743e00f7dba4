//! Takes what is queued, makes it durable together, answers all: one commit for many callbacks under a flood, and no added
//! wait for a single one.

mod turn;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use self::turn::{FEW, Turn};
use crate::{Accepted, Notification, Sink, SinkError};

/// How many callbacks may wait for the next commit; one more is answered with 503, before memory grows.
const QUEUE: usize = 4096;

/// How many bytes of what came may wait with them: as many as [`QUEUE`] of Jumio's callbacks have, and a tenth of what as many
/// of the longest would have.
const BYTES: u32 = 4096 * 4096;

/// How many go into one commit.
const BATCH: usize = 256;

/// A sink that hands callbacks on in groups, to [`Sink::accept_all`], up to three of them at once. Clones share the queue. When the
/// last one is dropped, what is queued is still made durable.
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
    bytes: Arc<Semaphore>,
    sink: Arc<dyn Sink>,
    turn: Arc<Turn>,
}

struct Waiting {
    notification: Notification,
    /// Given back when it is committed, also where nobody waits for that any more.
    room: OwnedSemaphorePermit,
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
        let sink: Arc<dyn Sink> = Arc::new(sink);
        let turn = Arc::default();
        tokio::spawn(commit(Arc::clone(&sink), Arc::clone(&turn), waiting));
        Self { queue, bytes: Arc::new(Semaphore::new(BYTES as usize)), sink, turn }
    }
}

#[async_trait]
impl Sink for GroupCommit {
    async fn accept(&self, mut notification: Notification) -> Result<Accepted, SinkError> {
        if !self.sink.wants_body(&notification) {
            notification.body = None;
        }
        let length = notification.body.as_ref().map_or(0, |body| u32::try_from(body.len()).unwrap_or(u32::MAX));
        let room = Arc::clone(&self.bytes).try_acquire_many_owned(length);
        let room = room.map_err(|_| SinkError::new("too much waits to be stored"))?;
        let (answer, committed) = oneshot::channel();
        self.queue.try_send(Waiting { notification, room, answer }).map_err(|error| {
            SinkError::new(match error {
                mpsc::error::TrySendError::Full(_) => "too many callbacks wait to be stored",
                mpsc::error::TrySendError::Closed(_) => "nobody stores callbacks any more",
            })
        })?;
        self.turn.tell(self.queue.max_capacity() - self.queue.capacity());
        committed.await.unwrap_or_else(|_| Err(SinkError::new("storing a group of callbacks was cut off")))
    }

    fn wants_body(&self, notification: &Notification) -> bool {
        self.sink.wants_body(notification)
    }
}

async fn commit(sink: Arc<dyn Sink>, turn: Arc<Turn>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut last = 0;
    loop {
        turn.come(|| waiting.len()).await;
        // About half: while these are committed, the others get their answers and come again, so that the disk and the network have
        // work at the same time. Whoever takes all that wait soon has all of them in every other group.
        let queued = waiting.len();
        let most = if queued < FEW { BATCH } else { usize::midpoint(last, queued).min(BATCH) };
        let mut group = Vec::with_capacity(most.min(queued));
        if waiting.recv_many(&mut group, most).await == 0 {
            return;
        }
        last = group.len();
        let under_way = turn.begin(last);
        let sink = Arc::clone(&sink);
        // A panic in there costs this group its answers, and not everybody the door.
        tokio::spawn(async move {
            let (notifications, answers): (Vec<_>, Vec<_>) =
                group.into_iter().map(|one| (one.notification, (one.answer, one.room))).unzip();
            let results = sink.accept_all(notifications).await;
            drop(under_way);
            for ((answer, _room), result) in answers.into_iter().zip(results) {
                // Whoever asked may be gone; it is durable all the same.
                let _ = answer.send(result);
            }
        });
    }
}

impl fmt::Debug for GroupCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit").field("free", &self.queue.capacity()).finish_non_exhaustive()
    }
}
