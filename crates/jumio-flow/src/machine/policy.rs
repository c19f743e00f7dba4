//! Waits and bounds, as values.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long to wait for what, and how often to try. All lists in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Policy {
    /// Waits between tries of a call that provably did nothing, or may be repeated. When they are spent, the flow stalls
    /// until somebody resumes it.
    pub retry: Vec<u64>,
    /// Waits between looks at the status while Jumio works, and at details that are not there yet. The last one repeats:
    /// a spent schedule is a slow sweep, never a failure.
    pub result: Vec<u64>,
    /// The same while the person has not finished.
    pub person: Vec<u64>,
    /// The longest wait that a service's `Retry-After` may ask for.
    pub longest_retry_after: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retry: vec![1, 2, 4, 8],
            // The first four were seen to bridge the moment in which details are not visible yet; the rest is what Jumio
            // recommends (protocol 7.10).
            result: vec![1, 3, 8, 10, 40, 60, 100, 160, 240, 340, 460, 600, 760, 940],
            person: vec![40, 60, 100, 160, 240, 340, 460, 600, 760, 940],
            longest_retry_after: 60,
        }
    }
}

impl Policy {
    /// The wait before try number `tries` + 1 of a call, or `None` when they are spent.
    pub(super) fn retry_wait(&self, tries: u32) -> Option<Duration> {
        self.retry.get(index(tries)).copied().map(Duration::from_secs)
    }

    /// The wait before look number `looks` + 1 at the result.
    pub(super) fn result_wait(&self, looks: u32) -> Duration {
        last_repeats(&self.result, looks)
    }

    /// The wait before look number `looks` + 1 while the person is at it.
    pub(super) fn person_wait(&self, looks: u32) -> Duration {
        last_repeats(&self.person, looks)
    }
}

fn last_repeats(waits: &[u64], looks: u32) -> Duration {
    let wait = waits.get(index(looks)).or(waits.last()).copied();
    Duration::from_secs(wait.unwrap_or(60))
}

fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
