//! Pace that several workers share: how soon the next call of a kind may leave.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::error::StoreError;

/// No more than so many wait for a place in one bucket: sixty-four workers with as many flows as each lets wait at once.
const MOST_WAITING: i32 = 1_024;
/// Where the places follow each other fast, so far ahead is nothing yet.
const SHORTEST_DOUBT: TimeDelta = TimeDelta::minutes(5);

/// How often something may happen: so many at once, and then one every so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// The time between two of them.
    pub every: Duration,
    /// How many may happen at once after a pause, at least 1.
    pub burst: u32,
}

impl Rate {
    /// One every so often, and no two at once.
    pub fn every(every: Duration) -> Self {
        Self { every, burst: 1 }
    }

    /// So many at once after a pause.
    #[must_use]
    pub fn with_burst(mut self, burst: u32) -> Self {
        self.burst = burst.max(1);
        self
    }

    /// When the next one may happen, and what is remembered for the one after it. A bucket is one moment: when it would be
    /// full again. Where that is further away than 1024 of them take, and than five minutes, a clock was ahead that wrote it down:
    /// more do not wait, so the bucket counts as full.
    pub fn next(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let every = TimeDelta::from_std(self.every).unwrap_or(TimeDelta::MAX);
        let spare = every.checked_mul(i32::try_from(self.burst.saturating_sub(1)).unwrap_or(i32::MAX));
        let furthest = every.checked_mul(MOST_WAITING).unwrap_or(TimeDelta::MAX).max(SHORTEST_DOUBT);
        let is_believed = |at: &DateTime<Utc>| now.checked_add_signed(furthest).is_none_or(|furthest| *at <= furthest);
        let full_at = full_at.filter(is_believed).map_or(now, |at| at.max(now));
        let earliest = full_at.checked_sub_signed(spare.unwrap_or(TimeDelta::MAX)).unwrap_or(now);
        let full_after = full_at.checked_add_signed(every).unwrap_or(DateTime::<Utc>::MAX_UTC);
        (earliest.max(now), full_after)
    }
}

/// Token buckets that all workers of a store draw from.
#[async_trait]
pub trait PaceStore: Send + Sync {
    /// Takes the next place in this bucket, and says when it comes. A place that was taken is used up, whether or not
    /// anything is sent then. Whole milliseconds, rounded up.
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError>;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::Rate;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_step() {
        let rate = Rate::every(Duration::from_millis(100)).with_burst(3);
        let (mut full_at, mut went) = (None, Vec::new());
        for _ in 0..6 {
            let (go, full) = rate.next(full_at, at(0));
            went.push((go - at(0)).num_milliseconds());
            full_at = Some(full);
        }
        assert_eq!(went, [0, 0, 0, 100, 200, 300]);
        let (go, _) = rate.next(full_at, at(10_000));
        assert_eq!(go, at(10_000), "a pause fills the bucket");
    }

    #[test]
    fn what_a_wrong_clock_left_keeps_nobody_waiting() {
        let rate = Rate::every(Duration::from_secs(1));
        let days_ahead = at(0) + TimeDelta::days(3);
        let (_, full_at) = rate.next(None, days_ahead);
        assert_eq!(rate.next(Some(full_at), at(0)), (at(0), at(1_000)));
        let crowd = at(1_024_000);
        assert_eq!(rate.next(Some(crowd), at(0)).0, crowd, "so many may really wait");
        let fast = Rate::every(Duration::from_millis(1));
        let (few_minutes, more) = (at(300_000), at(300_001));
        assert_eq!(fast.next(Some(few_minutes), at(0)).0, few_minutes);
        assert_eq!(fast.next(Some(more), at(0)).0, at(0));
    }

    #[test]
    fn no_rate_is_a_trap() {
        let never = Rate::every(Duration::MAX).with_burst(u32::MAX);
        let (go, full) = never.next(Some(DateTime::<Utc>::MAX_UTC), at(0));
        assert!(go >= at(0) && full >= go);
        assert_eq!(Rate::every(Duration::ZERO).with_burst(0).next(None, at(0)), (at(0), at(0) + TimeDelta::zero()));
    }
}
