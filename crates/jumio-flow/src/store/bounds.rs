//! How far ahead anything may stand that workers agree upon. What stands further ahead was written by a clock that was wrong, and
//! must not keep everybody waiting until its time comes.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How long a lease may be. A store makes none that is longer. One that ends later was made by a clock that was ahead: whoever comes
/// upon it has it end as one of theirs would that begins now, so that a holder who lives can renew it, and one who died loses it.
pub const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// So long after now: the end of a lease that begins now.
pub(crate) fn lease_end(now: DateTime<Utc>, length: Duration) -> DateTime<Utc> {
    let length = TimeDelta::from_std(length.min(LONGEST_LEASE)).ok();
    length.and_then(|length| now.checked_add_signed(length)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
