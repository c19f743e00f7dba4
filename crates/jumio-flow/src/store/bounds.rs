//! How far ahead anything may stand that workers agree upon. What stands further ahead was written by a clock that was wrong, and
//! must not keep everybody waiting until its time comes.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How long a lease may be. A store makes none that is longer. One that ends later was made by a clock that was ahead: whoever comes
/// upon it has it end as one of theirs would that begins now, so that a holder who lives can renew it, and one who died loses it.
pub const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// How far ahead anything may be put off: an outcome, a callback for an older receiver. What stands further ahead comes again as if
/// it had been taken out just now.
pub const LONGEST_PUT_OFF: Duration = Duration::from_secs(24 * 60 * 60);

/// How far beyond these anything may stand and still be believed: clocks differ, and who asks for the time may have to wait then.
///
/// A store that comes upon the lease of somebody else asks:
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// use jumio_flow::{CLOCK_SLACK, LONGEST_LEASE};
///
/// let now = Utc::now();
/// let is_believed = |until| until <= now + LONGEST_LEASE + CLOCK_SLACK;
/// assert!(is_believed(now + LONGEST_LEASE + TimeDelta::minutes(2)), "a clock that is two minutes ahead");
/// assert!(!is_believed(now + TimeDelta::days(3)), "one that was wrong");
/// ```
pub const CLOCK_SLACK: Duration = Duration::from_secs(5 * 60);

/// The end of a lease that begins now.
pub(crate) fn lease_end(now: DateTime<Utc>, length: Duration) -> DateTime<Utc> {
    after(now, length.min(LONGEST_LEASE))
}

/// So long after now.
pub(crate) fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    let wait = TimeDelta::from_std(wait).ok();
    wait.and_then(|wait| now.checked_add_signed(wait)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
