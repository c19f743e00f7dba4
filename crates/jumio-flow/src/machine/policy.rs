//! Waits and bounds, as values.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Rule, is_default};

/// How much later than its schedule a look at the status comes at most, in percent, where nothing else is said.
const JITTER: u8 = 10;

/// How long to wait for what, how often to try, and what may be done that costs money. All times in seconds.
///
/// ```
/// use jumio_flow::machine::{Policy, Rule, Verdict};
///
/// let mut policy = Policy::default();
/// policy.restarts = 1; // a person who came too late gets one more link
/// policy.rules = vec![Rule::label("BLURRED", Verdict::Retake)];
/// policy.retakes = 2;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Policy {
    /// Waits between tries of a call that provably did nothing, or may be repeated. When they are spent, the flow stalls
    /// until somebody resumes it.
    pub retry: Vec<u64>,
    /// Waits between looks at the status while Jumio works, and at details that are not there yet. The last one repeats:
    /// a spent schedule is a slow sweep, never a failure.
    pub result: Vec<u64>,
    /// The same while the person is at it.
    pub person: Vec<u64>,
    /// The same while the person has not begun.
    #[serde(default = "idle", skip_serializing_if = "is_idle")]
    pub idle: Vec<u64>,
    /// How much later than its schedule a look at the status may come, in percent, so that many flows that began together
    /// do not look together.
    #[serde(default = "jitter", skip_serializing_if = "is_jitter")]
    pub jitter: u8,
    /// The longest wait that a service's `Retry-After` may ask for.
    pub longest_retry_after: u64,
    /// After how long without a result the flow stalls; never, where it is `None`. Counted from its first call.
    #[serde(default, skip_serializing_if = "is_default")]
    pub give_up_after: Option<u64>,
    /// Whether an account call whose outcome is unknown is made a second time, once. The first may have opened a
    /// transaction, which then runs unused until it expires, and may be charged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeat_unknown_account: bool,
    /// How many further transactions may be opened on the same account after one that expired, or whose upload is in
    /// doubt. Each may be charged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub restarts: u32,
    /// How many further transactions may be opened on the same account after a result that means
    /// [`Verdict::Retake`](super::Verdict::Retake). Only where a person collects: the same files would have the same result.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retakes: u32,
    /// What a result means; the first rule that fits counts, and [`verdict_of`](super::verdict_of) says what without one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rules: Vec<Rule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retry: vec![1, 2, 4, 8],
            // The first four were seen to bridge the moment in which details are not visible yet; the rest is what Jumio
            // recommends (protocol 7.10).
            result: vec![1, 3, 8, 10, 40, 60, 100, 160, 240, 340, 460, 600, 760, 940],
            person: vec![40, 60, 100, 160, 240, 340, 460, 600, 760, 940],
            idle: idle(),
            jitter: JITTER,
            longest_retry_after: 60,
            give_up_after: None,
            repeat_unknown_account: false,
            restarts: 0,
            retakes: 0,
            rules: Vec::new(),
        }
    }
}

impl Policy {
    /// Whether it allows what the first version of the saved form did not know.
    pub(super) fn has_more_than_waits(&self) -> bool {
        let plain = Self::default();
        (self.give_up_after, self.repeat_unknown_account, self.restarts, self.retakes)
            != (plain.give_up_after, plain.repeat_unknown_account, plain.restarts, plain.retakes)
            || !self.rules.is_empty()
            || self.idle != plain.idle
            || self.jitter != plain.jitter
    }

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

    /// The wait before look number `looks` + 1 while the person has not begun.
    pub(super) fn idle_wait(&self, looks: u32) -> Duration {
        last_repeats(if self.idle.is_empty() { &self.person } else { &self.idle }, looks)
    }

    /// Makes a wait longer by a part that follows from `seed` alone.
    pub(super) fn jittered(&self, wait: Duration, seed: &[u8], looks: u32) -> Duration {
        // FNV-1a: nobody's secret, only spread.
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = seed.iter().chain(&looks.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, mix);
        let most = wait.as_millis().saturating_mul(self.jitter.into()) / 100;
        let more = u128::from(hash >> 32).saturating_mul(most) >> 32;
        wait.saturating_add(Duration::from_millis(u64::try_from(more).unwrap_or(u64::MAX)))
    }
}

fn idle() -> Vec<u64> {
    // Slower than Jumio's list, and no slower in the end: nobody expects a result of somebody who has not begun.
    vec![60, 160, 340, 600, 940]
}

fn is_idle(waits: &Vec<u64>) -> bool {
    *waits == idle()
}

fn jitter() -> u8 {
    JITTER
}

fn is_jitter(percent: &u8) -> bool {
    *percent == JITTER
}

fn last_repeats(waits: &[u64], looks: u32) -> Duration {
    let wait = waits.get(index(looks)).or(waits.last()).copied();
    Duration::from_secs(wait.unwrap_or(60))
}

fn index(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
