//! Pace that all workers of a store share: the calls of one tenant take their places in buckets of the store, before the
//! attempt is recorded.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::driver::effects::{Admission, Effects, UploadProgress};
use crate::machine::{Certainty, Done, Failure, Flow, Op};
use crate::store::pace::{PaceStore, Rate};

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
}

impl<E: Effects> SharedPace<E> {
    /// Over these effects. The tenant's name is the same in all workers that use its credentials, and stands in the store in
    /// the clear.
    pub fn new(inner: E, store: Arc<dyn PaceStore>, tenant: impl Into<String>, rates: PaceRates) -> Self {
        Self { inner, store, tenant: tenant.into(), rates, clock: Arc::new(Utc::now) }
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn take_place(&self, op: Op) -> Result<(), Failure> {
        let Some((class, rate)) = self.rates.of(op) else { return Ok(()) };
        let bucket = format!("{}/{class}", self.tenant);
        let at = self.store.reserve(&bucket, rate, (self.clock)()).await.map_err(|error| {
            Failure::new(Certainty::NotSent, op.name(), format!("no place in the shared pace: {error}"))
        })?;
        // The wait is renewed with the lease by whoever asked, so it may be longer than one.
        if let Ok(wait) = (at - (self.clock)()).to_std() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}

#[async_trait]
impl<E: Effects> Effects for SharedPace<E> {
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure> {
        // The token first: a place that was waited for must not grow stale while a token is fetched.
        let admission = self.inner.admit(flow, op).await?;
        self.take_place(op).await?;
        Ok(admission)
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        self.inner.run(flow, op, progress).await
    }
}
