//! When a body that hardly moves is given up, in either direction. Not the time of an attempt: a slow line that moves on has
//! all of that.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use crate::TransportError;

/// How fast a body must come or go so that it is not given up: 1 kB a second, over 20 s, unless set.
///
/// A limit for each read lets a server hold a call with a byte now and then, and a limit for the whole attempt must leave
/// room for 15 MB over a slow line. This one sees the difference. It needs a tokio runtime; without one it holds nothing up.
///
/// An upload is seen to move in steps of 16 KiB, as it is handed to the HTTP stack. It has a step less to go in each stretch, so that one
/// that is fast enough is never given up, and of a speed at which a step takes longer, a stretch is as long as that.
///
/// ```
/// use std::time::Duration;
/// use jumio_transport::MinimumSpeed;
///
/// let patient = MinimumSpeed::new(1000, Duration::from_secs(60));
/// assert_ne!(patient, MinimumSpeed::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumSpeed {
    bytes_per_second: u64,
    over: Duration,
}

impl Default for MinimumSpeed {
    fn default() -> Self {
        Self { bytes_per_second: 1000, over: Duration::from_secs(20) }
    }
}

impl MinimumSpeed {
    /// At least so many bytes a second, on average over each stretch of this length.
    pub fn new(bytes_per_second: u64, over: Duration) -> Self {
        Self { bytes_per_second, over }
    }

    /// Any speed will do, even none.
    pub fn none() -> Self {
        Self::new(0, Duration::MAX)
    }

    /// The same speed, over no longer than this.
    pub(crate) fn within(self, over: Duration) -> Self {
        Self { over: self.over.min(over), ..self }
    }

    /// Looks at a body from the first moment in which it has to be waited for.
    pub(crate) fn watch(self) -> Watch {
        Watch { speed: self, least: self.least(), stretch: None, before: 0 }
    }

    /// Looks at a body that is seen to move in steps of so many bytes. One that takes them at this speed is never given up: a
    /// stretch has room for a step, and may end just before one.
    #[cfg(any(feature = "reqwest-0-13", feature = "tower"))]
    pub(crate) fn watch_steps(self, step: u64) -> Watch {
        let one = Duration::from_secs(step.div_ceil(self.bytes_per_second.max(1)));
        let speed = Self { over: self.over.max(one), ..self };
        Watch { speed, least: speed.least().saturating_sub(step).max(1), stretch: None, before: 0 }
    }

    /// When the first stretch ends that begins now, where anybody looks at all.
    fn first_end(self) -> Option<Instant> {
        let looks = self.bytes_per_second > 0 && Handle::try_current().is_ok();
        looks.then(|| Instant::now().checked_add(self.over)).flatten()
    }

    /// What must move in one stretch. A stretch without an end needs nothing.
    fn least(self) -> u64 {
        let bytes = u128::from(self.bytes_per_second).saturating_mul(self.over.as_millis()) / 1000;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// One body under way.
pub(crate) struct Watch {
    speed: MinimumSpeed,
    /// What must be seen to move in a stretch.
    least: u64,
    /// When the stretch ends, once one has begun.
    stretch: Option<Option<Instant>>,
    /// What had moved when it began.
    before: u64,
}

impl Watch {
    /// Waits, as long as the body moves: `moved` says how many bytes have, and is `None` once nothing more has to.
    pub(crate) async fn wait<F: Future>(
        &mut self,
        moved: impl Fn() -> Option<u64>,
        waiting: F,
    ) -> Result<F::Output, TransportError> {
        let mut waiting = pin!(waiting);
        // Most replies are there with their head, and then no clock is asked.
        if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx))).await {
            return Ok(output);
        }
        while let Some(ends) = *self.stretch.get_or_insert_with(|| self.speed.first_end()) {
            if let Ok(output) = timeout_at(ends, waiting.as_mut()).await {
                return Ok(output);
            }
            let Some(now) = moved() else { break };
            if now.saturating_sub(self.before) < self.least {
                return Err(TransportError::stalled(self.speed.over, self.speed.bytes_per_second));
            }
            self.before = now;
            self.stretch = Some(Instant::now().checked_add(self.speed.over));
        }
        Ok(waiting.await)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::MinimumSpeed;

    /// After how many seconds a body that moves so many bytes in each second is given up, if it is within a minute.
    async fn given_up(speed: MinimumSpeed, per_second: impl Fn(u64) -> u64) -> Option<u64> {
        let begin = Instant::now();
        let moved = Cell::new(0);
        let body = async {
            for second in 0..60 {
                moved.set(moved.get() + per_second(second));
                sleep(Duration::from_secs(1)).await;
            }
        };
        let waited = speed.watch().wait(|| Some(moved.get()), body).await;
        waited.err().map(|error| {
            assert!(error.is_timeout() && error.may_have_been_processed());
            begin.elapsed().as_secs()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_hardly_moves_is_given_up_and_a_slow_one_is_not() {
        let usual = MinimumSpeed::default();
        assert_eq!(given_up(usual, |_| 0).await, Some(20));
        assert_eq!(given_up(usual, |_| 900).await, Some(20));
        assert_eq!(given_up(usual, |_| 1100).await, None);
        // Much at once buys one stretch and no more.
        assert_eq!(given_up(usual, |second| if second == 0 { 1 << 20 } else { 1 }).await, Some(40));
        assert_eq!(given_up(MinimumSpeed::new(10, Duration::from_secs(3)), |_| 7).await, Some(3));
        assert_eq!(given_up(MinimumSpeed::none(), |_| 0).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn once_all_has_moved_nothing_more_has_to() {
        let answer = async { sleep(Duration::from_secs(300)).await };
        assert!(MinimumSpeed::default().watch().wait(|| None, answer).await.is_ok());
    }
}
