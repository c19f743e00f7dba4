//! Flows that this process could not read, so that looking for work does not try, and report, each of them every time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// After so long they are tried again: somebody may have mended the row.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// By the row's number, each with the fence that it had then: whoever moved the flow since may have written what can be read.
#[derive(Default)]
pub(crate) struct Unreadable(Mutex<HashMap<i64, (i64, DateTime<Utc>)>>);

impl Unreadable {
    fn known(&self) -> MutexGuard<'_, HashMap<i64, (i64, DateTime<Utc>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(super) fn count(&self, now: DateTime<Utc>) -> usize {
        let mut known = self.known();
        known.retain(|_, (_, found)| (now - *found).abs() < FORGOTTEN_AFTER);
        known.len()
    }

    pub(super) fn has(&self, id: i64, fence: i64) -> bool {
        self.known().get(&id).is_some_and(|(then, _)| *then == fence)
    }

    pub(super) fn add(&self, id: i64, fence: i64, now: DateTime<Utc>) {
        self.known().insert(id, (fence, now));
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{FORGOTTEN_AFTER, Unreadable};

    #[test]
    fn what_was_moved_or_is_long_ago_is_tried_again() {
        let (unreadable, now) = (Unreadable::default(), DateTime::UNIX_EPOCH);
        unreadable.add(1, 5, now);
        assert!(unreadable.has(1, 5) && !unreadable.has(1, 6) && !unreadable.has(2, 5));
        assert_eq!(unreadable.count(now + FORGOTTEN_AFTER - TimeDelta::milliseconds(1)), 1);
        assert_eq!(unreadable.count(now + FORGOTTEN_AFTER), 0);
        assert!(!unreadable.has(1, 5));
    }
}
