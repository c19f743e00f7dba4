//! What may be set for one call. It rides in the request's extensions to whoever sends it.

use http::Extensions;

use crate::{Priority, Progress};

/// What may be set for one call: see [`Client::send_with`](crate::Client::send_with).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    progress: Option<Progress>,
    reply_ceiling: Option<ReplyCeiling>,
    priority: Option<Priority>,
}

impl CallOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Watches the body go out; of a download, watches it come in.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Reads at most so many bytes of the reply. Without it the transport's own ceiling holds.
    #[must_use]
    pub fn with_reply_ceiling(mut self, bytes: u64) -> Self {
        self.reply_ceiling = Some(ReplyCeiling(bytes));
        self
    }

    /// Sets who goes first where a [`Pace`](crate::Pace) lets several wait.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    pub(crate) fn take_progress(&mut self) -> Option<Progress> {
        self.progress.take()
    }

    pub(crate) fn take_reply_ceiling(&mut self) -> Option<u64> {
        self.reply_ceiling.take().map(|ceiling| ceiling.0)
    }

    pub(crate) fn put_into(self, extensions: &mut Extensions) {
        if let Some(progress) = self.progress {
            extensions.insert(progress);
        }
        if let Some(ceiling) = self.reply_ceiling {
            extensions.insert(ceiling);
        }
        if let Some(priority) = self.priority {
            extensions.insert(priority);
        }
    }
}

/// How many bytes a reply may have, in a request's extensions. Transports honor it in place of their own ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct ReplyCeiling(pub u64);
