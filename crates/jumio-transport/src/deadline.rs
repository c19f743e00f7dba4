//! How long a call may take in all: waiting for a token and for its turn, every attempt, every pause between them. Not the
//! time of one attempt, which is [`AttemptTimeout`](crate::AttemptTimeout)'s.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Extensions, Request, Response};
use jumio_model::endpoint::Body;
use tokio::time::Instant;

use crate::transfer::is_transfer;
use crate::{HeldBack, Transport, TransportError};

/// Ends a call that takes too long in all: 30 s, and 120 s for an upload or a download.
///
/// It belongs outside of everything else. The moment at which it strikes rides in the request's extensions as
/// [`CallDeadline`], so that what is inside does not begin a wait that cannot end in time: [`Retry`](crate::Retry) gives back
/// the last failure at once, [`Pace`](crate::Pace) fails unsent. What it cuts off itself may have been processed.
///
/// A deadline inside of another never moves it back.
///
/// ```
/// use std::time::Duration;
/// use jumio_transport::{AttemptTimeout, Deadline, Retry, Transport};
///
/// fn whole(mine: impl Transport) -> impl Transport {
///     Deadline::new(Retry::new(AttemptTimeout::new(mine))).with_call(Duration::from_secs(20))
/// }
/// # let _ = whole(jumio_transport::FnTransport(|_| async { Ok(http::Response::default()) }));
/// ```
#[derive(Debug, Clone)]
pub struct Deadline<T> {
    inner: T,
    call: Duration,
    transfer: Duration,
}

impl<T> Deadline<T> {
    /// Bounds the calls through this transport.
    pub fn new(inner: T) -> Self {
        Self { inner, call: Duration::from_secs(30), transfer: Duration::from_secs(120) }
    }

    /// Sets how long a call may take.
    #[must_use]
    pub fn with_call(mut self, limit: Duration) -> Self {
        self.call = limit;
        self
    }

    /// Sets how long an upload or a download may take.
    #[must_use]
    pub fn with_transfer(mut self, limit: Duration) -> Self {
        self.transfer = limit;
        self
    }
}

#[async_trait]
impl<T: Transport> Transport for Deadline<T> {
    async fn send(&self, mut request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let limit = if is_transfer(&request) { self.transfer } else { self.call };
        let now = Instant::now();
        let own = now.checked_add(limit).map(CallDeadline);
        let Some(deadline) = own.into_iter().chain(CallDeadline::of(request.extensions())).min() else {
            return self.inner.send(request).await;
        };
        if deadline.remaining().is_zero() {
            let error = TransportError::not_sent("the call was not begun", "the time for it was over before");
            return Err(error.because(HeldBack::TimeRanOut));
        }
        request.extensions_mut().insert(deadline);
        match tokio::time::timeout_at(deadline.0, self.inner.send(request)).await {
            Ok(result) => result,
            Err(_) => Err(TransportError::timeout(Some(deadline.0 - now))),
        }
    }
}

/// When a call must be over, in a request's extensions: for decorators that wait before they send.
///
/// ```
/// use std::time::Duration;
/// use jumio_transport::CallDeadline;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(CallDeadline::after(Duration::from_secs(5)));
/// let deadline = CallDeadline::of(request.extensions()).unwrap();
/// assert!(deadline.bound(async { "in time" }).await.is_some());
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallDeadline(Instant);

impl CallDeadline {
    /// So long from now. A time beyond all clocks is a year.
    pub fn after(limit: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(limit).unwrap_or(now + Duration::from_secs(365 * 24 * 60 * 60)))
    }

    /// The deadline of the call that a request belongs to.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().copied()
    }

    /// How long is left; zero when it has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether a wait of this length would end too late to send anything.
    pub fn is_before_end_of(self, wait: Duration) -> bool {
        self.remaining() <= wait
    }

    /// Waits for something no longer than this; `None` where time ran out first.
    pub async fn bound<F: Future>(self, waiting: F) -> Option<F::Output> {
        tokio::time::timeout_at(self.0, waiting).await.ok()
    }
}

#[cfg(test)]
mod tests;
