//! What the cache tells the time by. Monotonic: setting the machine's clock changes nothing.

use std::time::Duration;

/// A clock that never goes back.
pub trait Clock: Send + Sync {
    /// The time since a moment that stays the same for as long as the clock lives.
    fn now(&self) -> Duration;
}

/// The system's monotonic clock, on Linux the coarse one: right to a few milliseconds, and a third of the price.
///
/// Tokens live for minutes, and every call looks at the time. While a machine sleeps this clock stands still on Linux, so a
/// token may have ended unseen; the service then answers 401, and [`Authorized`](crate::Authorized) gets another.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct CoarseClock;

impl CoarseClock {
    /// The clock.
    pub fn new() -> Self {
        Self
    }
}

#[cfg(target_os = "linux")]
impl Clock for CoarseClock {
    #[inline]
    fn now(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
        // Since the machine started, so neither is ever negative.
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
    }
}

#[cfg(not(target_os = "linux"))]
impl Clock for CoarseClock {
    fn now(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// Tokio's clock, for tests on paused time.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock(tokio::time::Instant);

impl TokioClock {
    /// Begins now.
    pub fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock as _, CoarseClock};

    #[test]
    fn it_never_goes_back() {
        let mut last = CoarseClock.now();
        assert!(!last.is_zero() || cfg!(not(target_os = "linux")));
        for _ in 0..10_000 {
            let now = CoarseClock.now();
            assert!(now >= last);
            last = now;
        }
    }
}
