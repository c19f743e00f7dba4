//! The simulator's time: points in time, how they are written, and the wall clock with an offset that tests can move.
//! Nothing here waits.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A point in time, in milliseconds since 1970: as exact as Jumio's own timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Later than any other.
    pub(crate) const NEVER: Self = Self(i64::MAX);

    /// Reads what [`text`](Self::text) writes, and any other time of RFC 3339.
    pub(crate) fn read(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.timestamp_millis()))
    }

    /// What the wall clock says, moved by so many milliseconds.
    pub(crate) fn now(offset_millis: i64) -> Self {
        Self(Utc::now().timestamp_millis().saturating_add(offset_millis))
    }

    pub(crate) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }

    pub(crate) fn before(self, wait: Duration) -> Self {
        Self(self.0.saturating_sub(millis(wait)))
    }

    /// How long it is from here to then; nothing where then is past.
    pub(crate) fn until(self, then: Self) -> Duration {
        Duration::from_millis(u64::try_from(then.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// So many milliseconds after 1970 began.
    pub(crate) fn of_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub(crate) fn millis(self) -> i64 {
        self.0
    }

    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// As HTTP writes dates: `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub(crate) fn http_date(self) -> String {
        let time = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// The second that it lies in, from its start.
    pub(crate) fn whole_second(self) -> Self {
        Self(self.seconds().saturating_mul(1000))
    }

    /// `YYYY-MM-DDThh:mm:ss.SSSZ`, always three digits of a second (vocabulary 8.3).
    pub(crate) fn text(self) -> String {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// A duration in whole milliseconds, at most what fits.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Moment};

    #[test]
    fn text_always_has_three_digits() {
        assert_eq!(Moment(0).text(), "1970-01-01T00:00:00.000Z");
        let later = Moment(0).after(Duration::from_millis(90_061_500));
        assert_eq!(later.text(), "1970-01-02T01:01:01.500Z");
    }

    #[test]
    fn no_time_is_negative() {
        assert_eq!(Moment(5).until(Moment(3)), Duration::ZERO);
        assert_eq!(Moment(3).until(Moment(5)), Duration::from_millis(2));
    }
}
