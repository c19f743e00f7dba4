//! How many callbacks came, and what became of them: for a monitor, which sees by them that a URL or a list is wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of all callbacks since the receiver was made.
///
/// Alert when `unlisted` grows (Jumio's addresses changed, or somebody knows a key), when `unavailable` grows (the store is
/// in trouble), and when `stored` stands still while transactions end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Taken in, and new.
    pub stored: u64,
    /// Answered, and known already.
    pub duplicates: u64,
    /// Taken in or known, with a good key, from an address that is not on the list.
    pub unlisted: u64,
    /// Answered with 404: no key and no listed address, an unknown key, a body that is no JSON object
    /// or, without a key, names no transaction.
    pub refused: u64,
    /// Answered with 503: could not be stored.
    pub unavailable: u64,
}

/// The same, while they grow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters(Arc<Cells>);

#[derive(Debug, Default)]
pub(crate) struct Cells {
    pub(crate) stored: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) unlisted: Counter,
    pub(crate) refused: Counter,
    pub(crate) unavailable: Counter,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) fn now(&self) -> Counts {
        let Cells { stored, duplicates, unlisted, refused, unavailable } = self.0.as_ref();
        Counts {
            stored: stored.value(),
            duplicates: duplicates.value(),
            unlisted: unlisted.value(),
            refused: refused.value(),
            unavailable: unavailable.value(),
        }
    }
}

impl std::ops::Deref for Counters {
    type Target = Cells;

    fn deref(&self) -> &Cells {
        &self.0
    }
}
