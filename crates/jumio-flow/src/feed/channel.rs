//! Outcomes through a channel: for an application that would rather receive than implement.

use std::collections::HashSet;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{self, OwnedPermit, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::drive::{Delivery, LEASE, LONGEST, LOOK_AROUND, NO_OUTCOMES, OutcomeFeed};
use crate::job;
use crate::store::error::StoreError;
use crate::store::feed::FeedId;

impl OutcomeFeed {
    /// Two ends of a channel: [`run`](OutcomePump::run) the first, receive outcomes from the second. At most so many wait in
    /// between; those that were received and not acknowledged yet are not counted, so they may be worked on together.
    ///
    /// An outcome is this process's for as long as it is held: however slow its consumer, nobody else gets it.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use jumio_flow::{MemoryStore, OutcomeFeed};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), jumio_flow::StoreError> {
    /// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
    /// let (pump, mut outcomes) = OutcomeFeed::new(store, "eu").channel(16);
    /// # let shutdown = async {};
    /// tokio::spawn(pump.run(shutdown));
    /// while let Some(outcome) = outcomes.recv().await {
    ///     println!("{}: {:?}", outcome.entry.key, outcome.record.flow.ending());
    ///     outcome.acknowledge().await?; // once it is durable on this side, too
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn channel(self, capacity: usize) -> (OutcomePump, mpsc::Receiver<Received>) {
        let (places, outcomes) = mpsc::channel(capacity.max(1));
        let (settled, settlements) = mpsc::unbounded_channel();
        let pump = OutcomePump { feed: Arc::new(self), places, settled, settlements, held: HashSet::new() };
        (pump, outcomes)
    }
}

/// The feed's end of [`OutcomeFeed::channel`].
pub struct OutcomePump {
    feed: Arc<OutcomeFeed>,
    places: mpsc::Sender<Received>,
    settled: UnboundedSender<Settled>,
    settlements: UnboundedReceiver<Settled>,
    /// What was handed out and is neither acknowledged nor dropped.
    held: HashSet<FeedId>,
}

/// What became of an outcome that was handed out.
struct Settled {
    id: FeedId,
    attempts: u32,
    acknowledged: bool,
}

impl OutcomePump {
    /// Hands outcomes out until `shutdown` completes or nobody receives any more. Then waits, for a minute at most, until
    /// everything that was handed out is acknowledged or dropped; what is not comes again. A store that fails is asked again,
    /// and that is logged.
    ///
    /// # Errors
    ///
    /// As from [`OutcomeFeed::run`]: at once, and what was handed out comes again.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        tokio::pin!(shutdown);
        let mut renewal = interval_at(Instant::now() + LEASE / 3, LEASE / 3);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_look = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                _ = renewal.tick() => self.renew().await?,
                Some(settled) = self.settlements.recv() => self.settle(settled).await?,
                place = place(self.places.clone(), next_look) => match place {
                    Ok(place) => next_look = self.hand_out(place).await?,
                    Err(_) => break,
                },
            }
        }
        // The receiver's end: after what is in the channel comes nothing more.
        let (places, _) = mpsc::channel(1);
        self.places = places;
        let end = Instant::now() + LONGEST;
        while !self.held.is_empty() {
            tokio::select! {
                biased;
                Some(settled) = self.settlements.recv() => self.settle(settled).await?,
                _ = renewal.tick() => self.renew().await?,
                () = sleep_until(end) => {
                    let held = self.held.len();
                    tracing::warn!(held, "outcomes were received and not acknowledged; they come again");
                    break;
                }
            }
        }
        Ok(())
    }

    /// Puts the next outcome into a place; when to look for another.
    async fn hand_out(&mut self, place: OwnedPermit<Received>) -> Result<Instant, StoreError> {
        Ok(match self.feed.take().await {
            Ok(Some(Some(delivery))) => {
                self.held.insert(delivery.entry.id);
                place.send(Received {
                    delivery,
                    feed: Arc::clone(&self.feed),
                    settled: self.settled.clone(),
                    acknowledged: false,
                });
                Instant::now()
            }
            Ok(Some(None)) => Instant::now(),
            Ok(None) => Instant::now() + LOOK_AROUND,
            Err(error) => {
                job::unless_final(error, NO_OUTCOMES)?;
                Instant::now() + LOOK_AROUND
            }
        })
    }

    /// Keeps what is held from everybody else.
    async fn renew(&self) -> Result<(), StoreError> {
        for id in &self.held {
            if let Err(error) = self.feed.store.put_off(*id, self.feed.now() + LEASE).await {
                job::unless_final(error, "an outcome that is worked on could not be kept from others")?;
            }
        }
        Ok(())
    }

    async fn settle(&mut self, settled: Settled) -> Result<(), StoreError> {
        self.held.remove(&settled.id);
        if settled.acknowledged {
            return Ok(());
        }
        match self.feed.put_off(settled.id, settled.attempts).await {
            Ok(()) => Ok(()),
            // It comes again when its lease is over.
            Err(error) => job::unless_final(error, "an outcome that was not acknowledged could not be put off"),
        }
    }
}

async fn place(places: mpsc::Sender<Received>, at: Instant) -> Result<OwnedPermit<Received>, SendError<()>> {
    sleep_until(at).await;
    places.reserve_owned().await
}

/// An outcome that came through a channel. Dropped without [`acknowledge`](Self::acknowledge), it comes again.
pub struct Received {
    delivery: Delivery,
    feed: Arc<OutcomeFeed>,
    settled: UnboundedSender<Settled>,
    acknowledged: bool,
}

impl Received {
    /// Says that the outcome is durable on this side, too. Once this says `Ok`, it does not come again: also where the pump
    /// that handed it out is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the outcome comes again.
    pub async fn acknowledge(mut self) -> Result<(), StoreError> {
        self.feed.store.acknowledge(self.delivery.entry.id, self.feed.now()).await?;
        self.acknowledged = true;
        Ok(())
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let (id, attempts, acknowledged) = (self.delivery.entry.id, self.delivery.entry.attempts, self.acknowledged);
        // A pump that is gone has nothing to settle: what is not acknowledged comes again when its lease is over.
        let _ = self.settled.send(Settled { id, attempts, acknowledged });
    }
}

impl Deref for Received {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received").field("delivery", &self.delivery).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OutcomePump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutcomePump").field("held", &self.held.len()).finish_non_exhaustive()
    }
}
