//! Pace that all workers of a store share: the calls of one tenant take their places in buckets of the store, before the
//! attempt is recorded.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::driver::effects::{Admission, Effects, UploadProgress};
use crate::machine::{Certainty, Done, Failure, Flow, Op};
use crate::store::pace::{PaceStore, Rate};

/// How many flows of one worker wait at once for their place among the account calls. More of them would take up the whole
/// worker, and nobody would fetch the results of those that are open.
const MOST_WAITING: u32 = 16;

/// How often a tenant's workers may make each kind of call, all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaceRates {
    /// Opening transactions, on new and on existing accounts.
    pub account: Option<Rate>,
    /// Status and details.
    pub retrieval: Option<Rate>,
    /// Uploads and finalize.
    pub upload: Option<Rate>,
}

impl PaceRates {
    /// A share, from 0.01 to 1, of the limits that Jumio publishes for a tenant: one account call and 15 retrievals a second
    /// (protocol 9.3). For uploads it publishes none, so there is none.
    pub fn published(share: f64) -> Self {
        let share = if share.is_finite() { share.clamp(0.01, 1.0) } else { 1.0 };
        let of = |calls: f64| Some(Rate::every(Duration::from_secs(1).div_f64(calls * share)));
        Self { account: of(1.0), retrieval: of(15.0), upload: None }
    }

    fn of(&self, op: Op) -> Option<(&'static str, Rate)> {
        let (class, rate) = match op {
            _ if op.is_opening() => ("account", self.account),
            _ if op.is_upload() || op == Op::Finalize => ("upload", self.upload),
            _ => ("retrieval", self.retrieval),
        };
        rate.map(|rate| (class, rate))
    }
}

/// [`Effects`] that wait for their place in the pace of a tenant. What goes wrong with the store counts as "not sent".
pub struct SharedPace<E> {
    inner: E,
    store: Arc<dyn PaceStore>,
    tenant: String,
    rates: PaceRates,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    line: Mutex<Line>,
}

/// Those of this worker's flows that want to open a transaction.
#[derive(Debug, Default)]
struct Line {
    waiting: u32,
    /// When the last one that was sent away is to come back.
    last_back: Option<DateTime<Utc>>,
}

impl Line {
    /// Lets one in to wait, or says how long it is to stay away. They come back in the pace in which the others leave, and the
    /// first when half of those are still there: there is always one that waits, and hardly one that comes in vain.
    fn enter(&mut self, every: Duration, now: DateTime<Utc>) -> Result<(), Duration> {
        if self.waiting < MOST_WAITING {
            self.waiting += 1;
            return Ok(());
        }
        let first = every.saturating_mul(MOST_WAITING / 2);
        let behind = self.last_back.and_then(|last| (last - now).to_std().ok()).unwrap_or_default();
        let away = behind.saturating_add(every).max(first);
        self.last_back = TimeDelta::from_std(away).ok().and_then(|away| now.checked_add_signed(away));
        Err(away)
    }
}

/// A place in the line; free again when it is dropped.
struct InLine<'a>(&'a Mutex<Line>);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        line.waiting = line.waiting.saturating_sub(1);
    }
}

impl<E: Effects> SharedPace<E> {
    /// Over these effects. The tenant's name is the same in all workers that use its credentials, and stands in the store in
    /// the clear.
    pub fn new(inner: E, store: Arc<dyn PaceStore>, tenant: impl Into<String>, rates: PaceRates) -> Self {
        Self { inner, store, tenant: tenant.into(), rates, clock: Arc::new(Utc::now), line: Mutex::default() }
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Waits for a place; for how long it is to stay away, where too many wait already.
    async fn take_place(&self, op: Op) -> Result<Option<Duration>, Failure> {
        let Some((class, rate)) = self.rates.of(op) else { return Ok(None) };
        let _in_line = if op.is_opening() {
            let entered = self.line.lock().unwrap_or_else(PoisonError::into_inner).enter(rate.every, (self.clock)());
            match entered {
                Ok(()) => Some(InLine(&self.line)),
                Err(away) => return Ok(Some(away)),
            }
        } else {
            None
        };
        let bucket = format!("{}/{class}", self.tenant);
        let at = self.store.reserve(&bucket, rate, (self.clock)()).await.map_err(|error| {
            Failure::new(Certainty::NotSent, op.name(), format!("no place in the shared pace: {error}"))
        })?;
        // The wait is renewed with the lease by whoever asked, so it may be longer than one.
        if let Ok(wait) = (at - (self.clock)()).to_std() {
            tokio::time::sleep(wait).await;
        }
        Ok(None)
    }
}

#[async_trait]
impl<E: Effects> Effects for SharedPace<E> {
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure> {
        if op == Op::Erase {
            // The hold last: what was free of it before the wait may not be after it.
            return match self.take_place(op).await? {
                Some(away) => Ok(Admission::NotFor(away)),
                None => self.inner.admit(flow, op).await,
            };
        }
        // The token first: a place that was waited for must not grow stale while a token is fetched.
        let admission = self.inner.admit(flow, op).await?;
        if matches!(admission, Admission::NotFor(_)) {
            return Ok(admission);
        }
        Ok(self.take_place(op).await?.map_or(admission, Admission::NotFor))
    }

    fn site(&self) -> Option<String> {
        self.inner.site()
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        self.inner.run(flow, op, progress).await
    }
}
