//! The handle with which an application starts, follows and finishes flows.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, OnceCell, broadcast, watch};
use tokio::task::{Id, JoinError, JoinSet};

use super::builder::FlowsBuilder;
use super::effects::Effects;
use super::error::FlowError;
use super::progress::Progress;
use super::work::{Stopping, Work};
use crate::job;
use crate::machine::{Certainty, Event, Failure};
use crate::store::FlowStore;
use crate::store::error::StoreError;
use crate::store::hint::{Delivered, Hint};
use crate::store::keys::{CallbackKey, FlowKey, Owner};
use crate::store::record::{Claim, Filter, FlowRecord, Inserted, Lease, Listed, NewFlow};

/// How many flows [`Flows::run`] works on at once.
const AT_ONCE: usize = 64;

/// After so many panics in a row a flow is set aside.
const MOST_PANICS: u32 = 3;

/// How often an idle host looks for work that another process left in the store.
const LOOK_AROUND: Duration = Duration::from_secs(1);

/// Who waits for one flow looks at its hints so often before it looks at the whole flow again.
const LOOKS_AT_HINTS: u32 = 30;

/// Runs flows of one profile over one store. Cheap to clone.
#[derive(Clone)]
pub struct Flows {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Arc<dyn FlowStore>,
    pub(super) effects: Arc<dyn Effects>,
    pub(super) profile: String,
    pub(super) owner: Owner,
    pub(super) lease: Duration,
    pub(super) clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    pub(super) progress: broadcast::Sender<Progress>,
    pub(super) wake: Notify,
    /// Whether the store knows that the profile is made with the site of the effects.
    pub(super) bound: OnceCell<()>,
    #[cfg(feature = "test-util")]
    pub(super) calls: super::killing::Calls,
}

impl Flows {
    /// Sets up a host that acts through these effects.
    pub fn builder(effects: impl Effects + 'static) -> FlowsBuilder {
        FlowsBuilder::new(effects)
    }

    /// Adds a flow, durably. Idempotent by key: a second one with the same key changes nothing. Its profile is the host's.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`].
    pub async fn start(&self, mut new: NewFlow) -> Result<Inserted, FlowError> {
        self.inner.bind().await?;
        new.profile.clone_from(&self.inner.profile);
        let inserted = self.inner.store.insert(new, self.inner.now()).await?;
        self.inner.wake.notify_waiters();
        Ok(inserted)
    }

    /// Has the store remember that there is a host for this profile, and with which site it works. [`start`](Self::start) and
    /// [`run`](Self::run) do so by themselves; a program that adds flows to the store without them, in a transaction of its
    /// own, calls it before the first.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`].
    pub async fn bind_profile(&self) -> Result<(), FlowError> {
        Ok(self.inner.bind().await?)
    }

    /// A flow as it was last saved.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`], [`FlowError::Store`].
    pub async fn get(&self, key: &FlowKey) -> Result<FlowRecord, FlowError> {
        self.inner.store.load(key).await?.ok_or_else(|| FlowError::NotFound(key.clone()))
    }

    /// The flows that fit, and the names of those that cannot be read.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`].
    pub async fn list(&self, filter: &Filter) -> Result<Listed, FlowError> {
        Ok(self.inner.store.list(filter).await?)
    }

    /// Takes in a hint, durably, and wakes its flow.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`]: the hint may be lost, so do not acknowledge it.
    pub async fn deliver(&self, hint: &Hint) -> Result<Delivered, FlowError> {
        let delivered = self.inner.store.deliver(hint, self.inner.now()).await?;
        self.inner.wake.notify_waiters();
        Ok(delivered)
    }

    /// Hands several hints to their flows, with as few commits as the store needs, and wakes them.
    pub async fn deliver_all(&self, hints: &[Hint]) -> Vec<Result<Delivered, FlowError>> {
        let delivered = self.inner.store.deliver_all(hints, self.inner.now()).await;
        self.inner.wake.notify_waiters();
        delivered.into_iter().map(|result| result.map_err(FlowError::from)).collect()
    }

    /// The same for a receiver: of a hint to a key that no flow has, `None` is said.
    pub async fn deliver_known(&self, hints: &[Hint]) -> Vec<Result<Option<Delivered>, FlowError>> {
        let delivered = self.inner.store.deliver_known(hints, self.inner.now()).await;
        self.inner.wake.notify_waiters();
        delivered.into_iter().map(|result| result.map_err(FlowError::from)).collect()
    }

    /// Whether a flow has this key in its callback URL: a receiver refuses any other.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`].
    pub async fn knows_key(&self, key: &CallbackKey) -> Result<bool, FlowError> {
        Ok(self.inner.store.knows_key(key).await?)
    }

    /// The store, for those who need more of it.
    pub fn store(&self) -> &dyn FlowStore {
        self.inner.store.as_ref()
    }

    /// What happens to flows from now on. A listener that is slow misses some; the saved timeline has all.
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.inner.progress.subscribe()
    }

    /// Runs one flow until it ends or stalls, and gives it back as it then is. Waits where another host holds it, and holds it
    /// itself only while there is something to do. Whoever drops the future ends nothing: a call that is under way is
    /// finished and its answer saved, and the flow goes on when a host takes it up again.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn drive(&self, key: &FlowKey) -> Result<FlowRecord, FlowError> {
        loop {
            let record = self.own(key).await?;
            if record.flow.is_settled() {
                return Ok(record);
            }
            if !self.waits_in_vain(&record).await?
                && let Some((lease, record)) = self.claim(key).await?
            {
                self.work(lease, record).run(Stopping::never()).await?;
            }
        }
    }

    /// Waits until the flow has something to do, for a while at most, since another host may have moved it; whether there was
    /// nothing.
    async fn waits_in_vain(&self, record: &FlowRecord) -> Result<bool, FlowError> {
        let inner = &self.inner;
        for _ in 0..LOOKS_AT_HINTS {
            // Listens before it looks, so that a hint between the two is not missed.
            let woken = inner.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let until_due = |at: DateTime<Utc>| (at - inner.now()).to_std().unwrap_or_default();
            let wait = record.flow.wake_at().map_or(LOOK_AROUND, until_due);
            if wait.is_zero() || !inner.store.hints(&record.key).await?.is_empty() {
                return Ok(false);
            }
            tokio::select! {
                () = woken => return Ok(true),
                () = tokio::time::sleep(wait.min(LOOK_AROUND)) => {}
            }
        }
        Ok(true)
    }

    /// Runs every flow of the profile as it falls due, until `shutdown` completes. From then on no call begins: those that are
    /// under way are finished, however long an upload takes, and every flow is given back. A flow that fails is left to its
    /// lease and taken up again later; a store that fails is asked again. Both are logged, by the flow's name alone.
    ///
    /// # Errors
    ///
    /// [`FlowError::Store`] where the store says that asking again is in vain ([`StoreError::is_final`]): its disk lost
    /// something, its tables became too new, the profile belongs to another site. What is under way is cut off, as by a crash;
    /// but where the tables became too new it is finished, as on a shutdown, and saved where those tables allow it. Let the
    /// process end, and somebody look at what the error says.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<(), FlowError> {
        let (stop, stopping) = watch::channel(false);
        let (mut at_work, mut names) = (JoinSet::new(), Names::default());
        let ended = self.begin_until(shutdown, &mut at_work, &mut names, Stopping::when(stopping)).await;
        stop.send_replace(true);
        if matches!(ended, Ok(()) | Err(FlowError::Store(StoreError::NewerSchema { .. }))) {
            while let Some(done) = at_work.join_next_with_id().await {
                // What ended it is known, and each is logged.
                drop(self.finish(&mut names, done).await);
            }
        }
        ended
    }

    /// Takes up whatever falls due.
    async fn begin_until(
        &self,
        shutdown: impl Future<Output = ()>,
        at_work: &mut JoinSet<Worked>,
        names: &mut Names,
        stopping: Stopping,
    ) -> Result<(), FlowError> {
        tokio::pin!(shutdown);
        loop {
            let woken = self.inner.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            while let Some(done) = at_work.try_join_next_with_id() {
                self.finish(names, done).await?;
            }
            // Also where there is always more to do.
            tokio::select! {
                biased;
                () = &mut shutdown => return Ok(()),
                () = std::future::ready(()) => {}
            }
            if at_work.len() < AT_ONCE && self.take_up(at_work, names, &stopping).await? {
                continue;
            }
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = woken => {}
                Some(done) = at_work.join_next_with_id() => self.finish(names, done).await?,
                () = tokio::time::sleep(LOOK_AROUND) => {}
            }
        }
    }

    /// Begins to work on a flow that is due; `false` where there is none, or the store could not say.
    async fn take_up(
        &self,
        at_work: &mut JoinSet<Worked>,
        names: &mut Names,
        stopping: &Stopping,
    ) -> Result<bool, FlowError> {
        let Inner { store, profile, owner, lease, .. } = self.inner.as_ref();
        let claimed = match self.inner.bind().await {
            Ok(()) => store.claim_due(profile, owner, self.inner.now(), *lease).await,
            Err(error) => Err(error),
        };
        match claimed {
            Ok(Some((lease, record))) => {
                let key = record.key.clone();
                let (work, stopping) = (self.work(lease, record), stopping.clone());
                let task = at_work.spawn(async move { work.run(stopping).await.map(drop) });
                names.working.insert(task.id(), key);
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(error) => {
                job::unless_final(error, "the store gave no work")?;
                Ok(false)
            }
        }
    }

    /// Work on a flow is over. One that panics again and again is set aside, so that the others go on and somebody looks.
    async fn finish(&self, names: &mut Names, done: Result<(Id, Worked), JoinError>) -> Result<(), FlowError> {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(key) = names.working.remove(&id) else { return Ok(()) };
        match done {
            Ok((_, Ok(()))) => drop(names.panics.remove(&key)),
            Ok((_, Err(error))) => {
                tracing::error!(flow = %key, error = &error as &dyn Error, "a flow could not be run further");
                if matches!(&error, FlowError::Store(error) if error.is_final()) {
                    return Err(error);
                }
            }
            Err(error) if error.is_panic() => {
                let panics = names.panics.entry(key.clone()).or_default();
                *panics += 1;
                tracing::error!(flow = %key, panics = *panics, "work on a flow panicked");
                if *panics >= MOST_PANICS && self.set_aside(&key).await {
                    names.panics.remove(&key);
                }
            }
            Err(_) => tracing::error!(flow = %key, "work on a flow was cut off"),
        }
        Ok(())
    }

    /// Whether it worked: another host may have the flow, and meet the same.
    async fn set_aside(&self, key: &FlowKey) -> bool {
        let text = "running it panicked again and again; look at the log, then resume it";
        let event = Event::Stall { failure: Failure::new(Certainty::NotSent, "host", text).finally() };
        let claimed = self.claim(key).await;
        let done = match claimed {
            Ok(Some((lease, record))) => {
                let mut work = self.work(lease, record);
                let settled = work.settle_what_was_begun().await;
                match settled {
                    Ok(()) => work.step(event).await,
                    failed => failed,
                }
            }
            Ok(None) => return false,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::error!(flow = %key, error = &error as &dyn Error, "a flow that panics could not be set aside");
            return false;
        }
        true
    }

    /// A flow of this host's profile.
    pub(super) async fn own(&self, key: &FlowKey) -> Result<FlowRecord, FlowError> {
        let record = self.get(key).await?;
        if record.profile == self.inner.profile {
            self.inner.bind().await?;
            return Ok(record);
        }
        Err(FlowError::OtherProfile { key: key.clone(), profile: record.profile })
    }

    /// Takes the flow, or waits a while where another host holds it.
    pub(super) async fn claim(&self, key: &FlowKey) -> Result<Option<(Lease, FlowRecord)>, FlowError> {
        let inner = &self.inner;
        match inner.store.claim(key, &inner.owner, inner.now(), inner.lease).await? {
            Claim::Taken(lease, record) => Ok(Some((lease, *record))),
            Claim::Missing => Err(FlowError::NotFound(key.clone())),
            Claim::Held { until } => {
                inner.tell(Progress::Held { key: key.clone(), until });
                let left = (until - inner.now()).to_std().unwrap_or_default();
                tokio::time::sleep(left.clamp(Duration::from_millis(50), LOOK_AROUND)).await;
                Ok(None)
            }
        }
    }

    pub(super) fn work(&self, lease: Lease, record: FlowRecord) -> Work {
        Work::new(Arc::clone(&self.inner), lease, record)
    }
}

/// How work on a flow went.
type Worked = Result<(), FlowError>;

/// Which task works on which flow, and how often work on a flow panicked.
#[derive(Default)]
struct Names {
    working: HashMap<Id, FlowKey>,
    panics: HashMap<FlowKey, u32>,
}

impl Inner {
    /// Has the store remember with which site the profile's flows are made, before the first of them is touched.
    pub(super) async fn bind(&self) -> Result<(), StoreError> {
        let Some(site) = self.effects.site() else { return Ok(()) };
        let bind = || self.store.bind_site(&self.profile, &site);
        self.bound.get_or_try_init(bind).await.copied()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(super) fn tell(&self, progress: Progress) {
        // Nobody listening is fine.
        let _ = self.progress.send(progress);
    }
}
