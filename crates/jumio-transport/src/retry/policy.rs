//! How often and after which wait. Pure arithmetic: the draw of the lot is an argument.

use std::time::Duration;

use super::outcome::Outcome;

/// How often a request is sent and how long the waits are.
///
/// The wait before repetition `n` is a random time from zero up to `base × 2^(n-1)`, at most `cap`; so callers that failed
/// together do not come back together. Where the service asked for longer, that counts, up to `retry_after_cap`.
///
/// ```
/// use std::time::Duration;
/// use jumio_transport::RetryPolicy;
///
/// let policy = RetryPolicy::default();
/// assert_eq!((policy.attempts, policy.transient_base), (3, Duration::from_millis(100)));
/// let patient = RetryPolicy::default().with_attempts(5);
/// assert_eq!(patient.attempts, 5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included: 3.
    pub attempts: u32,
    /// The longest first wait after a failure that may pass: 100 ms.
    pub transient_base: Duration,
    /// The longest first wait after a 429: 1 s.
    pub throttled_base: Duration,
    /// The longest wait of our own choosing: 20 s.
    pub cap: Duration,
    /// The longest wait that a service may ask for: 60 s.
    pub retry_after_cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            transient_base: Duration::from_millis(100),
            throttled_base: Duration::from_secs(1),
            cap: Duration::from_secs(20),
            retry_after_cap: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// Sets how often a request is sent at most. Zero is one.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the longest first waits: after a failure that may pass, and after a 429.
    #[must_use]
    pub fn with_bases(mut self, transient: Duration, throttled: Duration) -> Self {
        (self.transient_base, self.throttled_base) = (transient, throttled);
        self
    }

    /// Sets the longest wait of our own choosing.
    #[must_use]
    pub fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets the longest wait that a service may ask for.
    #[must_use]
    pub fn with_retry_after_cap(mut self, cap: Duration) -> Self {
        self.retry_after_cap = cap;
        self
    }

    /// The wait after attempt `attempt` (from 1). `lot` is from zero up to one; `told` is what the service asked for.
    pub(super) fn wait(&self, outcome: Outcome, attempt: u32, lot: f64, told: Option<Duration>) -> Duration {
        let drawn = self.longest(outcome, attempt).mul_f64(lot.clamp(0.0, 1.0));
        told.map_or(drawn, |told| drawn.max(told.min(self.retry_after_cap)))
    }

    /// The longest wait of our own choosing after attempt `attempt`.
    pub(super) fn longest(&self, outcome: Outcome, attempt: u32) -> Duration {
        let base = if outcome == Outcome::Throttled { self.throttled_base } else { self.transient_base };
        let factor = 2_u32.checked_pow(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        base.saturating_mul(factor).min(self.cap)
    }
}
