//! Jumio's published limits (protocol 9.3), and how much of them is ours.

use std::time::Duration;

/// Keeps the arithmetic of moments within what clocks can show.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 60 * 60);

/// The least that a share may be.
const LEAST_SHARE: f64 = 0.01;

/// So many calls in so long a time: a day at most.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Limit {
    /// How many calls: at least one.
    pub calls: u32,
    /// In how long a time.
    pub period: Duration,
}

impl Limit {
    /// So many calls in a second.
    pub const fn per_second(calls: u32) -> Self {
        Self::per(calls, Duration::from_secs(1))
    }

    /// So many calls in a period.
    pub const fn per(calls: u32, period: Duration) -> Self {
        Self { calls, period }
    }

    /// A share of the limit, as the pace that keeps it.
    ///
    /// The pace is the share of the limit. The burst is what the share leaves of the limit, so that no stretch of one period
    /// sees more calls than the tenant's whole limit, and on the long run no more than the share.
    pub(super) fn times(self, share: f64) -> Pace {
        let calls = f64::from(self.calls.max(1));
        // A share is never zero: that would be a line that nobody leaves. What is no number is the least.
        let share = if share.is_nan() { LEAST_SHARE } else { share.clamp(LEAST_SHARE, 1.0) };
        let period = self.period.min(LONGEST_PERIOD);
        let mut interval = period.div_f64(calls * share);
        // Rounded up, so that a period never has room for one more.
        if interval.mul_f64(calls * share) < period {
            interval += Duration::from_nanos(1);
        }
        // Between 1 and the limit itself, so the cast loses nothing.
        let burst = ((calls * (1.0 - share)).floor() as u32).max(1);
        Pace { interval, burst }
    }
}

/// The time between two calls, and how many may come at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    pub(super) interval: Duration,
    pub(super) burst: u32,
}

/// How many calls a tenant may make, and how much of that is for this program.
///
/// ```
/// use jumio_transport::{Limit, Limits};
///
/// let raised_on_request = Limits::published().with_account(Limit::per_second(5)).with_share(0.9);
/// # let _ = raised_on_request;
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Token calls.
    pub token: Option<Limit>,
    /// Creating and updating accounts.
    pub account: Option<Limit>,
    /// Status, details, parts, reports, deletion.
    pub retrieval: Option<Limit>,
    /// Uploads and finalize. Jumio publishes no limit; a 429 is heeded all the same.
    pub upload: Option<Limit>,
    /// How much of the limits is ours: 0.7, since a tenant's limit is often shared with other systems.
    pub share: f64,
}

impl Default for Limits {
    /// [`published`](Self::published).
    fn default() -> Self {
        Self::published()
    }
}

impl Limits {
    /// The default limits of a tenant: 10 tokens, 1 account call and 15 retrievals in a second.
    pub const fn published() -> Self {
        Self {
            token: Some(Limit::per_second(10)),
            account: Some(Limit::per_second(1)),
            retrieval: Some(Limit::per_second(15)),
            upload: None,
            share: 0.7,
        }
    }

    /// The older form of the limits, over five seconds: 5 account calls and 75 retrievals.
    pub const fn over_five_seconds() -> Self {
        let five = Duration::from_secs(5);
        let mut limits = Self::published();
        limits.account = Some(Limit::per(5, five));
        limits.retrieval = Some(Limit::per(75, five));
        limits
    }

    /// Sets how much of the limits is ours: from 0.01 to 1. Anything else is taken for the nearest of them.
    #[must_use]
    pub fn with_share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// Sets the limit of token calls.
    #[must_use]
    pub fn with_token(mut self, limit: Limit) -> Self {
        self.token = Some(limit);
        self
    }

    /// Sets the limit of account calls, which Jumio raises on request.
    #[must_use]
    pub fn with_account(mut self, limit: Limit) -> Self {
        self.account = Some(limit);
        self
    }

    /// Sets the limit of retrievals.
    #[must_use]
    pub fn with_retrieval(mut self, limit: Limit) -> Self {
        self.retrieval = Some(limit);
        self
    }

    /// Sets a limit of uploads and finalize.
    #[must_use]
    pub fn with_upload(mut self, limit: Limit) -> Self {
        self.upload = Some(limit);
        self
    }
}
