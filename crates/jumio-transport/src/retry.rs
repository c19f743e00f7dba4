//! Sends a request again, where that can do no harm and may help. Not for flows: there the machine decides, and records it.

mod outcome;
mod policy;
mod quota;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, Method, Request, Response};
use jumio_model::endpoint::{Body, Repeat, RetryAfter};

pub(crate) use self::outcome::Outcome;
use self::quota::Loan;
use crate::{CallDeadline, Sendings, Transport, TransportError};

pub use self::policy::RetryPolicy;
pub use self::quota::RetryQuota;

/// Sends a request again after a failure that may pass, at most three times in all.
///
/// It asks three things, in this order. *May the request have been processed?* Where it provably was not (no connection, a
/// 429), it may be sent again whatever it is. *May this call be repeated?* Where nobody knows what happened (408, 500, 502,
/// 503, 504, a broken connection, a timeout), only a call that changes nothing when it comes twice is sent again: its
/// [`Meta`](jumio_model::endpoint::Meta)
/// says so, and without it only GET and HEAD are taken for such. *Did the service say when?* Its `Retry-After` counts where
/// it is longer than our own wait, up to 60 s. No wait ever passes the call's [`CallDeadline`].
///
/// All other answers and failures are final: another 4xx, an untrusted certificate, a body that cannot be read, a reply that
/// is too large, a request that was held back.
///
/// What the last attempt says of itself is not all: where an earlier one may have been processed, a refusal or a connection that
/// could not be made says so ([`InDoubt`](jumio_model::endpoint::InDoubt), [`TransportError::after_doubt`]).
///
/// Every repetition is paid for out of a [`RetryQuota`] that all clones share, so that an outage is not made worse: when it
/// is used up, the first failure is the answer. The policy's numbers are [`RetryPolicy`]'s.
///
/// ```
/// use jumio_transport::{FnTransport, Retry, Transport, TransportError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mine = FnTransport(|_| async { Err(TransportError::connect("refused")) });
/// let retry = Retry::new(mine);
/// # tokio::time::pause();
/// assert!(retry.send(http::Request::default()).await.is_err()); // after three attempts
/// assert_eq!(retry.quota().available(), 500 - 2 * 14);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    quota: RetryQuota,
    random: fn() -> f64,
}

impl<T> Retry<T> {
    /// Repeats what goes through this transport, with the usual policy and a quota of its own.
    pub fn new(inner: T) -> Self {
        Self { inner, policy: RetryPolicy::default(), quota: RetryQuota::default(), random }
    }

    /// Sets the policy.
    #[must_use]
    pub fn with_policy(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Shares a quota with others that call the same service.
    #[must_use]
    pub fn with_quota(mut self, quota: RetryQuota) -> Self {
        self.quota = quota;
        self
    }

    /// What is left to pay for repetitions.
    pub fn quota(&self) -> &RetryQuota {
        &self.quota
    }

    #[cfg(test)]
    fn with_random(mut self, random: fn() -> f64) -> Self {
        self.random = random;
        self
    }
}

impl<T: Transport> Retry<T> {
    /// Sends the request as often as it may and helps; `sendings` are those whose answer is not the call's.
    async fn attempts(
        &self,
        mut request: Request<Body>,
        sendings: &mut Sendings,
    ) -> Result<Response<Bytes>, TransportError> {
        let deadline = CallDeadline::of(request.extensions());
        let repeatable = is_repeatable(&request);
        let mut loan: Option<Loan> = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            sendings.number(&mut request);
            let last = attempt >= self.policy.attempts;
            let this = if last { std::mem::take(&mut request) } else { request.clone() };
            let result = self.inner.send(this).await;
            let outcome = Outcome::of(&result);
            if outcome.is_good() {
                // What the repetition cost is given back when the loan is dropped.
                if loan.is_none() {
                    self.quota.earn();
                }
                return result;
            }
            if let Some(loan) = loan.take() {
                loan.spend();
            }
            if last || !outcome.allows(repeatable) {
                return result;
            }
            let wait = self.policy.wait(outcome, attempt, (self.random)(), told(&result));
            if deadline.is_some_and(|deadline| deadline.is_before_end_of(wait)) {
                tracing::debug!(attempt, ?wait, "not sent again: the call's time ends before the wait does");
                return result;
            }
            let Some(next) = self.quota.borrow(outcome) else {
                tracing::debug!(attempt, "not sent again: too many calls have failed of late");
                return result;
            };
            loan = Some(next);
            sendings.add(&result, outcome == Outcome::Unknown);
            tracing::debug!(attempt, ?wait, "sending again");
            tokio::time::sleep(wait).await;
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for Retry<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let mut sendings = Sendings::before(&request);
        let answer = self.attempts(request, &mut sendings).await;
        sendings.answer(answer)
    }
}

/// Without metadata a request is judged by its verb, and PUT is none of the harmless ones: on an account it opens another
/// transaction (protocol 9.4).
fn is_repeatable(request: &Request<Body>) -> bool {
    match request.body().meta() {
        Some(meta) => meta.repeat == Repeat::Safe,
        None => matches!(*request.method(), Method::GET | Method::HEAD),
    }
}

/// How long the service asked to be left alone.
fn told(result: &Result<Response<Bytes>, TransportError>) -> Option<std::time::Duration> {
    wait_asked_for(result.as_ref().ok()?.headers())
}

/// What a `Retry-After` asks for. A date counts from the reply's own `Date`, so that a wrong clock here does no harm.
pub(crate) fn wait_asked_for(headers: &HeaderMap) -> Option<std::time::Duration> {
    let read = |name: HeaderName| RetryAfter::read(headers.get(name)?.to_str().ok()?);
    let now = match read(DATE) {
        Some(RetryAfter::At(theirs)) => theirs,
        _ => SystemTime::now().into(),
    };
    Some(read(RETRY_AFTER)?.wait_from(now))
}

/// A number from zero up to one. Spreads callers; guards nothing.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
