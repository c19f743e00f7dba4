//! How fast a body goes out, and how long the answer then takes, looked at while it is waited for. Only an adapter of ours can do
//! so: it holds both.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use super::{Pulse, SLICE, SendBody};
use crate::{MinimumSpeed, TransportError};

/// What goes into the sockets' buffers at once needs nobody to watch it.
pub(crate) const UNWATCHED: u64 = 64 * 1024;

/// How long the head of an answer may take after an upload has gone out, or a download was asked for: an attempt at such a one has
/// so much time in all that silence must not use it up.
pub(crate) const FIRST_BYTE: Duration = Duration::from_secs(60);

/// Watches how fast a body goes out, and then how long the answer takes.
pub(crate) struct SendWatch {
    speed: MinimumSpeed,
    total: u64,
    pulse: Option<Arc<Pulse>>,
}

impl SendBody {
    /// Gives up sending where the body goes out too slowly, or no answer comes to it. To be taken before the body is handed over; a
    /// small body in memory has no need of it.
    pub(crate) fn watched(&mut self, speed: MinimumSpeed) -> SendWatch {
        if self.total > UNWATCHED {
            self.pulse.get_or_insert_default();
        }
        SendWatch { speed, total: self.total, pulse: self.pulse.clone() }
    }
}

impl SendWatch {
    /// Waits for the answer, as long as the body goes out, and from when the HTTP stack has all of it for a minute.
    pub(crate) async fn wait<F: Future>(&self, sending: F) -> Result<F::Output, TransportError> {
        let mut sending = pin!(sending);
        let Some(pulse) = &self.pulse else { return Ok(sending.await) };
        let moved = || Some(pulse.sent.load(Ordering::Relaxed)).filter(|sent| *sent < self.total);
        let until_out = answer_or_out(sending.as_mut(), pulse);
        match self.speed.watch_steps(SLICE as u64).wait(moved, until_out).await? {
            Some(answer) => Ok(answer),
            None => first_byte(sending).await,
        }
    }

    /// What is wrong with the body, where that ended it. An HTTP stack that speaks HTTP/2 says only that the stream was reset.
    pub(crate) fn body_failure(&self) -> Option<TransportError> {
        // Some bytes may have left, and what a service does with half a request is not ours to guess.
        self.pulse.as_ref()?.failure.get().cloned().map(TransportError::body)
    }
}

/// The answer where it comes first: a service may refuse a body that it has not read.
async fn answer_or_out<F: Future>(mut sending: Pin<&mut F>, pulse: &Pulse) -> Option<F::Output> {
    let mut out = pin!(pulse.out.notified());
    poll_fn(|cx| match sending.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => out.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Waits for the head of the answer to what has gone out whole.
pub(crate) async fn first_byte<F: Future>(sending: F) -> Result<F::Output, TransportError> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Ok(sending.await);
    }
    let answer = tokio::time::timeout(FIRST_BYTE, sending).await;
    answer.map_err(|_| TransportError::timeout(Some(FIRST_BYTE)))
}
