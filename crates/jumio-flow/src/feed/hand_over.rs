//! Hands callbacks that no flow of ours waits for on to an older receiver: other systems may share the tenant.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use jumio_model::endpoint::Body;
use jumio_transport::Transport;

use super::webhook::{WebhookAddressError, safe_address};
use crate::job::{self, AtTheEnd};
use crate::store::FlowStore;
use crate::store::error::StoreError;
use crate::store::lent::LentCallback;

/// How long a flow of ours has to bind a transaction before its callback is another's.
const GRACE: Duration = Duration::from_secs(5 * 60);
/// How long one belongs to whoever took it out.
const LEASE: Duration = Duration::from_secs(120);
/// How long the receiver may take for one.
const LONGEST: Duration = Duration::from_secs(60);
/// How many are handed over between two looks at the order to stop.
const BATCH: usize = 16;
/// How often an idle job looks.
const LOOK_AROUND: Duration = Duration::from_secs(5);
/// How long a failed one waits, by how often it failed; the last one from then on.
const WAITS: [i64; 6] = [5, 30, 120, 600, 3_600, 21_600];

/// Posts each callback whose transaction no flow has to the older receiver, as it came: the same bytes, as JSON. Any answer of 2xx
/// settles it; otherwise it comes again, for a week. At least once, as from Jumio.
///
/// The door has to keep callbacks for it: `Lending` of `jumio-callback`.
pub struct HandOver {
    store: Arc<dyn FlowStore>,
    transport: Arc<dyn Transport>,
    to: Uri,
    grace: Duration,
    longest: TimeDelta,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl HandOver {
    /// Posts what is in this store over this transport, which must follow no redirect.
    ///
    /// # Errors
    ///
    /// [`WebhookAddressError`] where the address is not `https` (or `http` on this machine), or has a user or a password.
    pub fn new(
        store: Arc<dyn FlowStore>,
        transport: impl Transport + 'static,
        address: &str,
    ) -> Result<Self, WebhookAddressError> {
        let to = safe_address(address)?;
        let (grace, longest) = (GRACE, TimeDelta::days(7));
        Ok(Self { store, transport: Arc::new(transport), to, grace, longest, clock: Arc::new(Utc::now) })
    }

    /// How long a flow has to bind a transaction first; 5 minutes where it is not set.
    #[must_use]
    pub fn after(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Hands over until `shutdown` completes, and finishes the one that it has begun. What fails is tried again and logged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store says that asking again is in vain ([`StoreError::is_final`]), as from
    /// [`Flows::run`](crate::Flows::run).
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        let failed = ("the store gave no callbacks to hand over", LOOK_AROUND);
        job::run(failed, AtTheEnd::Finished, shutdown, || async {
            Ok(if self.next().await?.is_some() { Duration::ZERO } else { LOOK_AROUND })
        })
        .await
    }

    /// Hands over what is there now, at most 16; how many the receiver took.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was not settled comes again.
    pub async fn pass(&self) -> Result<usize, StoreError> {
        let mut handed = 0;
        for _ in 0..BATCH {
            let Some(taken) = self.next().await? else { break };
            handed += usize::from(taken);
        }
        Ok(handed)
    }

    async fn next(&self) -> Result<Option<bool>, StoreError> {
        let lent = self.store.take_lent((self.clock)(), self.grace, LEASE, 1).await?;
        let Some(callback) = lent.into_iter().next() else { return Ok(None) };
        let error = match tokio::time::timeout(LONGEST, self.post(&callback)).await {
            Ok(Ok(())) => {
                self.store.settle_lent(callback.id, None).await?;
                return Ok(Some(true));
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer came in time".to_owned(),
        };
        let (execution, attempts, now) = (callback.execution, callback.attempts, (self.clock)());
        let again = (now - callback.received_at < self.longest).then(|| now + wait_after(attempts));
        if again.is_some() {
            tracing::warn!(%execution, attempts, "a callback could not be handed over: {error}");
        } else {
            tracing::error!(%execution, attempts, "a callback is dropped that nobody took for a week: {error}");
        }
        self.store.settle_lent(callback.id, again).await?;
        Ok(Some(false))
    }

    async fn post(&self, callback: &LentCallback) -> Result<(), Box<dyn Error + Send + Sync>> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.to.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(Body::from(callback.body.clone().into_bytes()))?;
        let status = self.transport.send(request).await?.status();
        if status.is_success() { Ok(()) } else { Err(format!("the older receiver answered {status}").into()) }
    }
}

fn wait_after(attempts: u32) -> TimeDelta {
    let before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::seconds(WAITS.get(before).or(WAITS.last()).copied().unwrap_or(1))
}

impl fmt::Debug for HandOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOver").field("host", &self.to.host()).finish_non_exhaustive()
    }
}
