//! The time by which leases go. Workers of one database may run on machines whose clocks differ; a lease must not look as if it
//! had run out because somebody's clock is ahead. So what several workers compare goes by the database server's clock: it is
//! read now and then, carried on by this machine's steady clock, and told from the time that a caller names.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Below this, and half of the time that reading took, clocks count as the same.
const NEGLIGIBLE: Duration = Duration::from_millis(250);
/// So much is worth a word in the log.
const NOTABLE: TimeDelta = TimeDelta::seconds(1);

/// The database's clock, as far as it was read. SQLite has none of its own: all its workers are on one machine.
#[derive(Default)]
pub(crate) struct DatabaseClock(Mutex<Option<Reading>>);

#[derive(Clone, Copy)]
struct Reading {
    database: DateTime<Utc>,
    /// When that was, by this machine's steady clock.
    at: Instant,
    /// How far off it may be.
    within: TimeDelta,
}

impl DatabaseClock {
    /// Takes down what the database said when it was asked at `asked`.
    pub(super) fn read(&self, database: DateTime<Utc>, asked: Instant) {
        let half = asked.elapsed() / 2;
        let within = TimeDelta::from_std(NEGLIGIBLE.saturating_add(half)).unwrap_or(TimeDelta::MAX);
        let reading = Reading { database, at: asked.checked_add(half).unwrap_or(asked), within };
        let ahead = -reading.offset(Instant::now(), Utc::now());
        if ahead.abs() >= NOTABLE {
            tracing::warn!(
                seconds = ahead.num_seconds(),
                "this machine's clock is ahead of the database's (behind, where negative); leases go by the database's, \
                 timers by this machine's, so set its clock right"
            );
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
    }

    /// How far the database is ahead of this machine; nothing where that is too little to matter.
    fn offset(&self) -> TimeDelta {
        let reading = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reading.map_or(TimeDelta::zero(), |reading| reading.offset(Instant::now(), Utc::now()))
    }

    /// What the database's clock says when the caller's says this.
    pub(super) fn of(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.checked_add_signed(self.offset()).unwrap_or(now)
    }

    /// What the caller's clock says when the database's says this.
    pub(super) fn back(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_sub_signed(self.offset()).unwrap_or(at)
    }
}

impl Reading {
    fn offset(&self, steady: Instant, wall: DateTime<Utc>) -> TimeDelta {
        let since = TimeDelta::from_std(steady.saturating_duration_since(self.at)).unwrap_or(TimeDelta::MAX);
        let database = self.database.checked_add_signed(since).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let offset = database - wall;
        if offset.abs() < self.within { TimeDelta::zero() } else { offset }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{DatabaseClock, Reading};

    #[test]
    fn a_clock_that_is_off_or_jumps_is_told_from_the_databases() {
        let (at, wall) = (Instant::now(), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let within = TimeDelta::milliseconds(250);
        let reading = Reading { database: wall - TimeDelta::seconds(11), at, within };
        assert_eq!(reading.offset(at, wall), TimeDelta::seconds(-11));
        let later = (at + Duration::from_secs(5), wall + TimeDelta::seconds(5));
        assert_eq!(reading.offset(later.0, later.1), TimeDelta::seconds(-11), "time goes on for both");
        let set_right = later.1 - TimeDelta::seconds(11);
        assert_eq!(reading.offset(later.0, set_right), TimeDelta::zero(), "at once, not at the next reading");
        let nearly = set_right + TimeDelta::milliseconds(249);
        assert_eq!(reading.offset(later.0, nearly), TimeDelta::zero(), "what reading cannot tell apart is the same");
    }

    #[test]
    fn without_a_reading_the_callers_time_is_the_time() {
        let (clock, now) = (DatabaseClock::default(), DateTime::UNIX_EPOCH);
        assert_eq!((clock.of(now), clock.back(now)), (now, now));
        clock.read(Utc::now() + TimeDelta::seconds(60), Instant::now());
        let ahead = clock.of(now) - now;
        assert!((ahead - TimeDelta::seconds(60)).abs() < TimeDelta::seconds(30), "{ahead}");
    }
}
