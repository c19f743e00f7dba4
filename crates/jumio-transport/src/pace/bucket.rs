//! The arithmetic of a pace (the generic cell rate algorithm), and how it gives way to a 429. No clock and no waiting: `now`
//! is an argument. `docs/decisions/own-rate-limiter.md` says why this is no library.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::Pace;

/// How often the pace may be halved: to an eighth.
const MOST_HALVINGS: u32 = 3;
/// How long no 429 may come before the pace doubles again.
const QUIET: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Bucket {
    /// `None`: only a 429 slows this one down.
    pace: Option<Pace>,
    /// When the next call is due if they come evenly.
    due: Option<Instant>,
    /// Nothing goes before this moment.
    closed_until: Option<Instant>,
    halvings: u32,
    /// When the pace was last changed.
    changed: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(pace: Option<Pace>) -> Self {
        Self { pace, due: None, closed_until: None, halvings: 0, changed: None }
    }

    /// The moment from which the next call may go: `now` where that is at once.
    pub(super) fn opens(&self, now: Instant) -> Instant {
        let by_pace = self.pace.zip(self.due).and_then(|(pace, due)| due.checked_sub(self.ahead(pace)));
        now.max(by_pace.unwrap_or(now)).max(self.closed_until.unwrap_or(now))
    }

    /// The moment from which a call may go before which so many others go as soon as they may.
    pub(super) fn opens_after(&self, others: u32, now: Instant) -> Instant {
        let first = self.opens(now);
        let Some(pace) = self.pace else { return first };
        let due = self.due.map_or(first, |due| due.max(first)) + self.interval(pace).saturating_mul(others);
        first.max(due.checked_sub(self.ahead(pace)).unwrap_or(first))
    }

    /// How long before it is due a call may go.
    fn ahead(&self, pace: Pace) -> Duration {
        self.interval(pace).saturating_mul(pace.burst.max(1) - 1)
    }

    /// Takes a call out, at a moment that [`opens`](Self::opens) allows.
    pub(super) fn take(&mut self, now: Instant) {
        if let Some(pace) = self.pace {
            self.due = Some(self.due.map_or(now, |due| due.max(now)) + self.interval(pace));
        }
    }

    /// A call that was sent at `sent` came back with a 429.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant, pause: Duration) {
        self.closed_until = self.closed_until.max(Some(now + pause));
        // What was on its way before the pace was halved says nothing of the new pace.
        if self.changed.is_none_or(|changed| sent >= changed) {
            self.halvings = (self.halvings + 1).min(MOST_HALVINGS);
            self.changed = Some(now);
            // A slower pace has a longer burst. The limit is used up, so nothing of it is left now.
            self.due = self.due.max(self.used_up(now));
        }
    }

    /// A call went well.
    pub(super) fn went_well(&mut self, now: Instant) {
        if self.halvings > 0 && self.changed.is_some_and(|changed| now >= changed + QUIET) {
            self.halvings -= 1;
            self.changed = Some(now);
            // A faster pace has a shorter burst: measured by it, what the slow one took may end later than now.
            let used_up = self.used_up(now);
            self.due = self.due.min(used_up);
        }
    }

    /// What is due next where nothing of the limit is left now.
    fn used_up(&self, now: Instant) -> Option<Instant> {
        self.pace.map(|pace| now + self.interval(pace).saturating_mul(pace.burst.max(1)))
    }

    fn interval(&self, pace: Pace) -> Duration {
        pace.interval * (1 << self.halvings)
    }
}
