//! When a group is put together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// So few are put together only when no other group is under way: a commit more costs more than it brings.
pub(super) const FEW: usize = 16;

/// A group is put together at once where none is under way, and while one is, as soon as half as many again wait as went into the last
/// one. So it is ready when that one is committed, and the disk does not wait for it.
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
        if waiting >= self.enough.load(Ordering::Relaxed) {
            self.changed.notify_one();
        }
    }

    /// Waits for the turn of the next group.
    pub(super) async fn come(&self, waiting: impl Fn() -> usize) {
        while self.under_way.load(Ordering::Acquire) > 0 && waiting() < self.enough.load(Ordering::Relaxed) {
            self.changed.notified().await;
        }
    }

    pub(super) fn begin(self: &Arc<Self>, group: usize) -> UnderWay {
        self.enough.store((group + group / 2).max(FEW), Ordering::Relaxed);
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
