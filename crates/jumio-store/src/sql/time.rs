//! Times as the database has them: whole milliseconds since 1970.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::{CLOCK_SLACK, LONGEST_LEASE, LONGEST_PUT_OFF};

/// A moment that was. The fraction of the millisecond goes.
pub(crate) fn moment(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A moment before which something must not happen: rounded up, so that it is never early.
pub(crate) fn deadline(at: DateTime<Utc>) -> i64 {
    let whole = at.timestamp_millis();
    if at.timestamp_subsec_nanos().is_multiple_of(1_000_000) { whole } else { whole.saturating_add(1) }
}

/// When a lease that begins now runs out.
pub(crate) fn lease_end(now: DateTime<Utc>, length: Duration) -> i64 {
    let end = TimeDelta::from_std(length.min(LONGEST_LEASE)).ok().and_then(|length| now.checked_add_signed(length));
    deadline(end.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// The furthest that a lease may end, and be believed.
pub(crate) fn furthest_lease(now: DateTime<Utc>) -> i64 {
    far(now, LONGEST_LEASE)
}

/// The furthest that anything may be put off now, and be believed.
pub(crate) fn furthest_put_off(now: DateTime<Utc>) -> i64 {
    far(now, LONGEST_PUT_OFF)
}

fn far(now: DateTime<Utc>, most: Duration) -> i64 {
    let most = TimeDelta::from_std(most.saturating_add(CLOCK_SLACK)).ok();
    deadline(most.and_then(|most| now.checked_add_signed(most)).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// The moment that stands in the database. What no calendar has is damage, and becomes the nearest moment that there is.
pub(crate) fn read(millis: i64) -> DateTime<Utc> {
    let nearest = if millis < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp_millis(millis).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, Utc};

    use super::{deadline, lease_end, moment, read};

    #[test]
    fn a_deadline_is_never_early() {
        let at = DateTime::from_timestamp(5, 1_000_001).unwrap();
        assert_eq!((moment(at), deadline(at)), (5_001, 5_002));
        let whole = DateTime::from_timestamp(5, 1_000_000).unwrap();
        assert_eq!((moment(whole), deadline(whole)), (5_001, 5_001));
        let before = DateTime::from_timestamp(-1, 999_999_999).unwrap();
        assert_eq!((moment(before), deadline(before)), (-1, 0));
    }

    #[test]
    fn the_ends_of_time_are_no_trap() {
        assert_eq!(lease_end(DateTime::UNIX_EPOCH, Duration::MAX), 3_600_000, "no lease is longer");
        assert!(read(lease_end(DateTime::<Utc>::MAX_UTC, Duration::MAX)) > DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(read(i64::MIN), DateTime::<Utc>::MIN_UTC);
        assert_eq!(read(i64::MAX), DateTime::<Utc>::MAX_UTC);
        assert_eq!(read(1_500), DateTime::from_timestamp(1, 500_000_000).unwrap());
    }
}
