//! One flow in the hands of one host: load, step, save, send.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::effects::{Admission, UploadProgress};
use super::error::FlowError;
use super::flows::{Inner, LOOK_AROUND};
use super::progress::Progress;
use crate::machine::{Certainty, Done, Event, Failure, Flow, Op, step};
use crate::store::error::StoreError;
use crate::store::hint::HintId;
use crate::store::record::{FlowRecord, Lease, Turn};
use crate::store::upkeep::AuditEntry;

/// How long to wait before a store that failed is asked again.
const MOMENT: Duration = Duration::from_millis(100);

/// How far to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Until the flow ends or stalls.
    Settled,
    /// Until there is nothing to do right now.
    Waiting,
}

pub(super) struct Work {
    inner: Arc<Inner>,
    lease: Lease,
    record: FlowRecord,
    /// When the lease was last known to be ours for its whole length.
    renewed: DateTime<Utc>,
    /// Whether the lease was given back, or is kept on purpose.
    is_over: bool,
}

/// Work that is dropped in the middle gives its lease back, so that nobody has to wait for it to run out. Where there is no
/// runtime any more, it runs out.
impl Drop for Work {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (inner, lease) = (Arc::clone(&self.inner), self.lease.clone());
            runtime.spawn(async move { inner.store.release(&lease).await });
        }
    }
}

impl Work {
    pub(super) fn new(inner: Arc<Inner>, lease: Lease, record: FlowRecord) -> Self {
        let renewed = inner.now();
        Self { inner, lease, record, renewed, is_over: false }
    }

    pub(super) async fn run(mut self, until: Until) -> Result<FlowRecord, FlowError> {
        let result = self.turns(until).await;
        self.is_over = true;
        // After a failure the lease is kept and runs out by itself: the flow is not taken up again at once.
        result?;
        if let Err(error) = self.inner.store.release(&self.lease).await {
            tracing::warn!(flow = %self.record.key, "a lease could not be given back: {error}");
        }
        Ok(self.record.clone())
    }

    /// One step that somebody asked for; then the flow is given back.
    pub(super) async fn obey(mut self, event: Event, audit: &AuditEntry) -> Result<FlowRecord, FlowError> {
        self.step_for(event, audit).await?;
        self.is_over = true;
        if let Err(error) = self.inner.store.release(&self.lease).await {
            tracing::warn!(flow = %self.record.key, "a lease could not be given back: {error}");
        }
        Ok(self.record.clone())
    }

    async fn turns(&mut self, until: Until) -> Result<(), FlowError> {
        self.settle_what_was_begun().await?;
        let inner = Arc::clone(&self.inner);
        loop {
            // Listens before it looks, so that a hint between the two is not missed.
            let woken = inner.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            self.take_hints().await?;
            let flow = &self.record.flow;
            if flow.stalled().is_some() || flow.is_parked() || until == Until::Settled && flow.is_settled() {
                return Ok(());
            }
            let now = inner.now();
            let lease_third = inner.lease / 3;
            match (flow.due(), flow.pending().map(|pending| (pending.id, pending.op, pending.begun))) {
                (Some(due), _) if due.at <= now => self.step(Event::Due { epoch: due.epoch }).await?,
                (None, Some((id, op, begun))) => {
                    self.renew_when_old().await?;
                    self.call(id, op, begun).await?;
                }
                _ if until == Until::Waiting => return Ok(()),
                (due, _) => {
                    let wait = due.and_then(|due| (due.at - now).to_std().ok()).unwrap_or(LOOK_AROUND);
                    tokio::select! {
                        () = woken => {}
                        () = tokio::time::sleep(wait.min(LOOK_AROUND).min(lease_third)) => {}
                    }
                    self.renew_when_old().await?;
                }
            }
        }
    }

    /// A once-only call that somebody began and never finished: they died, or lost the flow, in the middle of it.
    pub(super) async fn settle_what_was_begun(&mut self) -> Result<(), FlowError> {
        let Some(pending) = self.record.flow.pending().filter(|pending| pending.begun && pending.op.is_once()) else {
            return Ok(());
        };
        let id = pending.id;
        let text = "the process that made the call ended before the answer came; the call may have been processed";
        let failure = Failure::new(Certainty::Unknown, pending.op.name(), text);
        self.step(Event::Done { id, done: Done::Unknown { failure, received: None } }).await
    }

    async fn take_hints(&mut self) -> Result<(), FlowError> {
        let hints = self.inner.store.hints(&self.record.key).await?;
        if hints.is_empty() {
            return Ok(());
        }
        let used: Vec<HintId> = hints.iter().map(|hint| hint.id).collect();
        let events = hints.into_iter().map(|hint| Event::Hint(hint.told)).collect();
        self.save(events, &used, None).await
    }

    async fn call(&mut self, id: u32, op: Op, begun: bool) -> Result<(), FlowError> {
        let inner = Arc::clone(&self.inner);
        let flow: Flow = self.record.flow.clone();
        match self.holding(inner.effects.admit(&flow, op)).await? {
            Ok(Admission::Ready) => {}
            Ok(Admission::TokenFetched) => inner.tell(Progress::TokenFetched { key: self.record.key.clone() }),
            Ok(Admission::NotFor(wait)) => {
                let until = TimeDelta::from_std(wait).ok().and_then(|wait| inner.now().checked_add_signed(wait));
                let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
                return self.step(Event::Postponed { id, until }).await;
            }
            Err(failure) => return self.step(Event::Done { id, done: Done::Failed(failure) }).await,
        }
        if !begun {
            // Durable before the first byte is sent: whoever finds it knows that the call may have happened.
            self.step(Event::Begin { id }).await?;
        }
        let done = self.holding(inner.effects.run(&flow, op, self.upload_progress(op))).await?;
        self.step(Event::Done { id, done }).await
    }

    fn upload_progress(&self, op: Op) -> UploadProgress {
        let (inner, key) = (Arc::clone(&self.inner), self.record.key.clone());
        Arc::new(move |sent, total| inner.tell(Progress::Uploading { key: key.clone(), op, sent, total }))
    }

    /// Waits for something while the lease is kept alive.
    async fn holding<F: Future>(&mut self, future: F) -> Result<F::Output, FlowError> {
        tokio::pin!(future);
        loop {
            let left = (self.inner.lease / 3).saturating_sub(self.age());
            tokio::select! {
                output = &mut future => return Ok(output),
                () = tokio::time::sleep(left) => self.renew().await?,
            }
        }
    }

    /// How long ago the lease was known to be ours for its whole length.
    fn age(&self) -> Duration {
        (self.inner.now() - self.renewed).to_std().unwrap_or_default()
    }

    async fn renew_when_old(&mut self) -> Result<(), FlowError> {
        if self.age() >= self.inner.lease / 3 { self.renew().await } else { Ok(()) }
    }

    async fn renew(&mut self) -> Result<(), FlowError> {
        let Inner { store, lease, .. } = self.inner.as_ref();
        let now = self.inner.now();
        match store.renew(&self.lease, now, *lease).await {
            Ok(false) => return Err(FlowError::TakenOver(self.record.key.clone())),
            Ok(true) => self.renewed = now,
            // A store that does not answer now may answer when the turn is saved; that is where it counts. Asked again
            // after a while, not at once.
            Err(error) => {
                tracing::warn!(flow = %self.record.key, "a lease could not be renewed: {error}");
                tokio::time::sleep(MOMENT).await;
            }
        }
        Ok(())
    }

    pub(super) async fn step(&mut self, event: Event) -> Result<(), FlowError> {
        self.save(vec![event], &[], None).await
    }

    /// A step that somebody asked for: it and its entry in the audit are saved together.
    async fn step_for(&mut self, event: Event, audit: &AuditEntry) -> Result<(), FlowError> {
        self.settle_what_was_begun().await?;
        self.save(vec![event], &[], Some(audit)).await
    }

    async fn save(&mut self, events: Vec<Event>, used: &[HintId], audit: Option<&AuditEntry>) -> Result<(), FlowError> {
        let now = self.inner.now();
        let mut flow = self.record.flow.clone();
        for event in events {
            step(&mut flow, event, now);
        }
        self.commit(&flow, used, audit).await?;
        let new = usize::try_from(flow.noted() - self.record.flow.noted()).unwrap_or(usize::MAX);
        for moment in flow.timeline().iter().skip(flow.timeline().len().saturating_sub(new)) {
            self.inner.tell(Progress::Moved { key: self.record.key.clone(), moment: moment.clone() });
        }
        self.record.flow = flow;
        self.record.updated_at = now;
        Ok(())
    }

    /// Saves a state. What a call brought must not be lost to a store that is busy for a moment, so it is tried for as long
    /// as the lease may last; saving the same state twice changes nothing.
    async fn commit(&mut self, flow: &Flow, used: &[HintId], audit: Option<&AuditEntry>) -> Result<(), FlowError> {
        let inner = Arc::clone(&self.inner);
        let mut turn = Turn::new(flow, used);
        turn.audit = audit;
        loop {
            match inner.store.commit(&self.lease, turn, inner.now()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(FlowError::TakenOver(self.record.key.clone())),
                Err(StoreError::Unavailable { action, source }) if self.age() < inner.lease => {
                    tracing::warn!(flow = %self.record.key, "the store could not {action}, trying again: {source}");
                    tokio::time::sleep(MOMENT).await;
                }
                Err(error) => return Err(FlowError::Store(error)),
            }
        }
    }
}
