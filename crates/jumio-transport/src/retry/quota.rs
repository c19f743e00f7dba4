//! What pays for repetitions: one purse for all calls of a client, so that retries cannot multiply an outage.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::outcome::Outcome;

/// How much there is when all is well.
const FULL: u32 = 500;
/// What a repetition after a failure costs. 500 / 14: some 35 failed repetitions in a row, and then none.
const TRANSIENT: u32 = 14;
/// What a repetition after a 429 costs: the service is well, and has only asked for patience.
const THROTTLED: u32 = 5;

/// What is left to pay for repetitions, shared by all clones.
///
/// A repetition costs 14 of 500, after a 429 it costs 5. One that succeeds gives its cost back, and so does one that is
/// cancelled; a call that succeeds at once earns 1.
#[derive(Clone)]
pub struct RetryQuota(Arc<AtomicU32>);

impl RetryQuota {
    /// What is left: 500 when all is well.
    pub fn available(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes what a repetition after this outcome costs, if there is enough.
    pub(super) fn borrow(&self, outcome: Outcome) -> Option<Loan> {
        let cost = if outcome == Outcome::Throttled { THROTTLED } else { TRANSIENT };
        let paid = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost));
        paid.ok().map(|_| Loan { quota: self.clone(), cost })
    }

    /// A call succeeded at once.
    pub(super) fn earn(&self) {
        // Full is the usual case: nothing is written then, so that calls on many cores do not fight for the line.
        if self.available() < FULL {
            self.add(1);
        }
    }

    fn add(&self, amount: u32) {
        let full = |left: u32| Some(left.saturating_add(amount).min(FULL));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, full);
    }
}

impl Default for RetryQuota {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(FULL)))
    }
}

impl fmt::Debug for RetryQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryQuota({} of {FULL})", self.available())
    }
}

/// What one repetition cost: given back when it is dropped, unless it was spent for nothing.
pub(super) struct Loan {
    quota: RetryQuota,
    cost: u32,
}

impl Loan {
    /// The repetition failed: its cost is gone.
    pub(super) fn spend(mut self) {
        self.cost = 0;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if self.cost > 0 {
            self.quota.add(self.cost);
        }
    }
}
