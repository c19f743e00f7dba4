//! Outcomes through a channel: for an application that would rather receive than implement.

use std::error::Error;
use std::ops::Deref;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use super::drive::{Delivery, OutcomeSink};

/// A sink, and the end where its outcomes come out. At most so many wait in between.
pub fn outcome_channel(capacity: usize) -> (ChannelSink, mpsc::Receiver<Received>) {
    let (sender, receiver) = mpsc::channel(capacity.max(1));
    (ChannelSink { sender }, receiver)
}

/// The feed's end of [`outcome_channel`].
#[derive(Debug, Clone)]
pub struct ChannelSink {
    sender: mpsc::Sender<Received>,
}

/// An outcome that came through a channel. Dropped without [`acknowledge`](Self::acknowledge), it comes again.
#[derive(Debug)]
pub struct Received {
    delivery: Delivery,
    done: oneshot::Sender<()>,
}

impl Received {
    /// Says that the outcome is durable on this side, too.
    pub fn acknowledge(self) {
        // A feed that is gone hands it out again; there is nothing else to do about it.
        let _ = self.done.send(());
    }
}

impl Deref for Received {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

#[async_trait]
impl OutcomeSink for ChannelSink {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        let (done, acknowledged) = oneshot::channel();
        let received = Received { delivery: outcome.clone(), done };
        self.sender.send(received).await.map_err(|_| "nobody receives outcomes any more")?;
        acknowledged.await.map_err(|_| "the outcome was received and not acknowledged".into())
    }
}
