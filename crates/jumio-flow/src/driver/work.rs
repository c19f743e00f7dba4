//! One flow in the hands of one host: load, step, save, send.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::effects::{Admission, UploadProgress};
use super::error::FlowError;
use super::flows::Inner;
use super::own_audit;
use super::progress::Progress;
use crate::machine::{Certainty, Done, Event, Failure, Flow, Op, step, write};
use crate::store::error::StoreError;
use crate::store::hint::HintId;
use crate::store::record::{FlowRecord, Lease, Turn};
use crate::store::upkeep::AuditEntry;

/// How long to wait before a store that failed is asked again.
const MOMENT: Duration = Duration::from_millis(100);
/// The same after it failed again and again.
const LONGEST_MOMENT: Duration = Duration::from_secs(5);

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

    /// Does what there is to do right now, and gives the flow back. Begins nothing once `stopping` says so.
    pub(super) async fn run(self, stopping: Stopping) -> Result<FlowRecord, FlowError> {
        let (mut work, result) = self.turns(stopping).await;
        work.is_over = true;
        // After a failure the lease is kept and runs out by itself: the flow is not taken up again at once. A worker of the
        // version that the tables are for may have it at once.
        if result.is_ok() || matches!(result, Err(FlowError::Store(StoreError::NewerSchema { .. }))) {
            work.give_back().await;
        }
        result.map(|()| work.record.clone())
    }

    /// One step that somebody asked for; then the flow is given back.
    pub(super) async fn obey(mut self, event: Event, audit: &AuditEntry) -> Result<FlowRecord, FlowError> {
        self.settle_what_was_begun().await?;
        self.save(vec![event], &[], Some(audit)).await?;
        self.is_over = true;
        self.give_back().await;
        Ok(self.record.clone())
    }

    async fn give_back(&self) {
        if let Err(error) = self.inner.store.release(&self.lease).await {
            tracing::warn!(flow = %self.record.key, error = &error as &dyn Error, "a lease could not be given back");
        }
    }

    async fn turns(mut self, mut stopping: Stopping) -> (Self, Result<(), FlowError>) {
        let mut result = self.settle_what_was_begun().await;
        while result.is_ok() && !stopping.is_asked() {
            let next = match self.next().await {
                Ok(Some(next)) => next,
                Ok(None) => return (self, Ok(())),
                Err(error) => return (self, Err(error)),
            };
            result = match next {
                Next::Step(event) => self.step(event).await,
                Next::Call { id, op, begun } => match self.admit(id, op, &mut stopping).await {
                    Ok(true) => {
                        let called;
                        (self, called) = self.call(id, op, begun).await;
                        called
                    }
                    Ok(false) => Ok(()),
                    Err(error) => Err(error),
                },
            };
        }
        (self, result)
    }

    /// What there is to do right now.
    async fn next(&mut self) -> Result<Option<Next>, FlowError> {
        self.take_hints().await?;
        let flow = &self.record.flow;
        if flow.stalled().is_some() || flow.is_parked() {
            return Ok(None);
        }
        let pending = flow.pending().map(|pending| (pending.id, pending.op, pending.begun));
        let next = match (flow.due(), pending) {
            (Some(due), _) if due.at <= self.inner.now() => Some(Next::Step(Event::Due { epoch: due.epoch })),
            (None, Some((id, op, begun))) => Some(Next::Call { id, op, begun }),
            _ => None,
        };
        self.renew_when_old().await?;
        Ok(next)
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

    /// Whether the call may begin now; without a word where the host stops meanwhile, since nothing was sent.
    async fn admit(&mut self, id: u32, op: Op, stopping: &mut Stopping) -> Result<bool, FlowError> {
        let inner = Arc::clone(&self.inner);
        let flow: Flow = self.record.flow.clone();
        let admitted = tokio::select! {
            biased;
            () = stopping.asked() => return Ok(false),
            admitted = self.holding(inner.effects.admit(&flow, op)) => admitted?,
        };
        let event = match admitted {
            Ok(Admission::Ready) => return Ok(true),
            Ok(Admission::TokenFetched) => {
                inner.tell(Progress::TokenFetched { key: self.record.key.clone() });
                return Ok(true);
            }
            Ok(Admission::NotFor(wait)) => {
                let until = TimeDelta::from_std(wait).ok().and_then(|wait| inner.now().checked_add_signed(wait));
                Event::Postponed { id, until: until.unwrap_or(DateTime::<Utc>::MAX_UTC) }
            }
            Err(failure) => Event::Done { id, done: Done::Failed(failure) },
        };
        self.step(event).await?;
        Ok(false)
    }

    /// Makes the call on a task of its own: whoever waits for the flow may go away, and the answer is saved all the same.
    async fn call(self, id: u32, op: Op, begun: bool) -> (Self, Result<(), FlowError>) {
        #[cfg(feature = "test-util")]
        let inner = Arc::clone(&self.inner);
        let call = tokio::spawn(self.attempt(id, op, begun));
        #[cfg(feature = "test-util")]
        inner.calls.add(call.abort_handle());
        match call.await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and with it whoever waits here.
                Err(_) => std::future::pending().await,
            },
        }
    }

    async fn attempt(mut self, id: u32, op: Op, begun: bool) -> (Self, Result<(), FlowError>) {
        let result = self.begin_and_call(id, op, begun).await;
        (self, result)
    }

    async fn begin_and_call(&mut self, id: u32, op: Op, begun: bool) -> Result<(), FlowError> {
        if !begun {
            // Durable before the first byte is sent: whoever finds it knows that the call may have happened.
            self.step(Event::Begin { id }).await?;
        }
        let inner = Arc::clone(&self.inner);
        let flow: Flow = self.record.flow.clone();
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
                () = tokio::time::sleep(left) => {}
            }
            // Both at once: a store that takes its time must not keep the call from going on.
            let (mut renewal, mut output) = (pin!(self.renew()), None);
            loop {
                tokio::select! {
                    done = &mut future, if output.is_none() => output = Some(done),
                    renewed = &mut renewal => break renewed?,
                }
            }
            if let Some(output) = output {
                return Ok(output);
            }
        }
    }

    /// How long ago the lease was known to be ours for its whole length. Where the clock went back, nobody can tell: long enough
    /// to renew it, so that it ends by the clock as it is now.
    fn age(&self) -> Duration {
        (self.inner.now() - self.renewed).to_std().unwrap_or(self.inner.lease / 3)
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
                tracing::warn!(flow = %self.record.key, error = &error as &dyn Error, "a lease could not be renewed");
                tokio::time::sleep(MOMENT).await;
            }
        }
        Ok(())
    }

    pub(super) async fn step(&mut self, event: Event) -> Result<(), FlowError> {
        self.save(vec![event], &[], None).await
    }

    async fn save(&mut self, events: Vec<Event>, used: &[HintId], audit: Option<&AuditEntry>) -> Result<(), FlowError> {
        let now = self.inner.now();
        let mut flow = self.record.flow.clone();
        let brings_an_answer = events.iter().any(|event| matches!(event, Event::Done { .. }));
        for event in events {
            step(&mut flow, event, now);
        }
        let asks_nothing = (audit.is_some() || !used.is_empty()) && is_same(&self.record.flow, &flow);
        if audit.is_some() && asks_nothing {
            return Ok(()); // an order that has nothing to do
        }
        // A hint that changes nothing makes no flow younger: whoever knows its key could keep it from the purge.
        let at = if asks_nothing { self.record.updated_at } else { now };
        let own = own_audit::entry_of(&self.record.key, &self.record.flow, &flow, now);
        let mut turn = Turn::new(&flow, used);
        turn.audit = audit.or(own.as_ref());
        self.commit(turn, at, brings_an_answer).await?;
        for moment in own_audit::new_moments(&self.record.flow, &flow) {
            self.inner.tell(Progress::Moved { key: self.record.key.clone(), moment: moment.clone() });
        }
        self.record.flow = flow;
        self.record.updated_at = at;
        Ok(())
    }

    fn warn_of_delay(&self, error: &StoreError) {
        let error = error as &dyn Error;
        tracing::warn!(flow = %self.record.key, error, "a turn is not saved yet; trying again");
    }

    /// Saves a state. What a call brought must not be lost to a store that is busy, or full, for a while: it is tried for as
    /// long as nobody else takes the flow, which the fence tells. Anything else can be done again, and is tried for as long
    /// as the lease may last. Saving the same state twice changes nothing.
    async fn commit(&mut self, turn: Turn<'_>, at: DateTime<Utc>, brings_an_answer: bool) -> Result<(), FlowError> {
        let inner = Arc::clone(&self.inner);
        let mut wait = MOMENT;
        loop {
            match inner.store.commit(&self.lease, turn, at).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(FlowError::TakenOver(self.record.key.clone())),
                Err(error @ StoreError::Unavailable { .. }) if brings_an_answer || self.age() < inner.lease => {
                    self.warn_of_delay(&error);
                    tokio::time::sleep(wait).await;
                    wait = wait.saturating_mul(2).min(LONGEST_MOMENT);
                }
                Err(error) => return Err(FlowError::Store(error)),
            }
        }
    }
}

/// Whether nothing changed. A state that cannot be written is told when it is saved.
fn is_same(one: &Flow, other: &Flow) -> bool {
    one.noted() == other.noted() && write(one).is_ok_and(|one| write(other).is_ok_and(|other| one == other))
}

/// What a flow has to do.
enum Next {
    Step(Event),
    Call { id: u32, op: Op, begun: bool },
}

/// Whether its host is asked to stop. One that nobody can ask goes on.
#[derive(Clone)]
pub(super) struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    pub(super) fn never() -> Self {
        Self(None)
    }

    pub(super) fn when(asked: watch::Receiver<bool>) -> Self {
        Self(Some(asked))
    }

    fn is_asked(&self) -> bool {
        self.0.as_ref().is_some_and(|asked| *asked.borrow())
    }

    async fn asked(&mut self) {
        let asked = match &mut self.0 {
            Some(asked) => asked.wait_for(|asked| *asked).await.is_ok(),
            None => false,
        };
        if !asked {
            std::future::pending().await
        }
    }
}
