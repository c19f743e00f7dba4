//! When a group is put together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::BATCH;

/// While fewer than these wait, none is put together beside another one, and they are not divided: a commit more costs more than it
/// brings.
pub(super) const FEW: usize = 16;

/// How many groups are under way at once, at the most: over SQLite one that is committed, one that waits for it, and one whose statement
/// is being made.
const AT_ONCE: usize = 3;

/// A group is put together at once where none is under way. While one is, it is put together as soon as half as many again wait as
/// went into the last one, and at least [`FEW`]: so it is ready when the other one is committed.
#[derive(Default)]
pub(super) struct Turn {
    enough: AtomicUsize,
    under_way: AtomicUsize,
    changed: Notify,
}

/// A group under way, until it is dropped.
pub(super) struct UnderWay(Arc<Turn>);

impl Turn {
    /// Tells whoever puts groups together that so many wait.
    pub(super) fn tell(&self, waiting: usize) {
        if self.has_come(waiting) {
            self.changed.notify_one();
        }
    }

    /// Waits for the turn of the next group.
    pub(super) async fn come(&self, waiting: impl Fn() -> usize) {
        while !self.has_come(waiting()) {
            self.changed.notified().await;
        }
    }

    fn has_come(&self, waiting: usize) -> bool {
        match self.under_way.load(Ordering::Acquire) {
            0 => true,
            AT_ONCE.. => false,
            _ => waiting >= self.enough.load(Ordering::Relaxed),
        }
    }

    pub(super) fn begin(self: &Arc<Self>, group: usize) -> UnderWay {
        self.enough.store((group + group / 2).clamp(FEW, BATCH), Ordering::Relaxed);
        self.under_way.fetch_add(1, Ordering::Release);
        UnderWay(Arc::clone(self))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Release);
        self.0.changed.notify_one();
    }
}
