//! What else the machine does while times are measured, and which of its processors does what.

use std::fs;

use anyhow::{Context as _, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Runs something on one processor alone, and what it starts as well. Where the machine has only one, as it is.
///
/// Between virtual processors a wake-up costs more than the work, and which of them a thread happens to be on is chance.
pub(super) fn pinned<R>(processor: usize, work: impl FnOnce() -> R) -> Result<R> {
    let before = sched_getaffinity(None)?;
    pin(processor)?;
    let done = work();
    sched_setaffinity(None, &before)?;
    Ok(done)
}

/// Keeps this thread on one processor.
pub(super) fn pin(processor: usize) -> Result<()> {
    let before = sched_getaffinity(None)?;
    if before.is_set(processor) {
        let mut only = CpuSet::new();
        only.set(processor);
        sched_setaffinity(None, &only)?;
    }
    Ok(())
}

/// How much of a processor others have used since.
pub(super) struct Others {
    own: Vec<u32>,
    before: Used,
}

#[derive(Clone, Copy)]
struct Used {
    passed: u64,
    busy: u64,
    own: u64,
}

impl Others {
    /// Begins to look. What this process and these use is not others'.
    pub(super) fn beside(children: &[u32]) -> Result<Self> {
        let own = [&[std::process::id()], children].concat();
        let before = Used::now(&own)?;
        Ok(Self { own, before })
    }

    /// As a share of one processor, and looks anew.
    pub(super) fn share(&mut self) -> Result<f64> {
        let (before, now) = (self.before, Used::now(&self.own)?);
        self.before = now;
        let others = (now.busy - before.busy).saturating_sub(now.own - before.own);
        Ok(others as f64 / (now.passed - before.passed).max(1) as f64)
    }
}

impl Used {
    /// In the kernel's ticks; `passed` for each processor.
    fn now(own: &[u32]) -> Result<Self> {
        let text = fs::read_to_string("/proc/stat")?;
        let all: Vec<u64> = numbers(text.lines().next().context("no processors")?);
        let processors = text.lines().filter(|line| line.starts_with("cpu")).count() as u64 - 1;
        // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen; the guests are in user.
        let [user, nice, system, idle, waiting, interrupts, soft, stolen, ..] = *all.as_slice() else {
            anyhow::bail!("/proc/stat is of another kind");
        };
        let busy = user + nice + system + interrupts + soft + stolen;
        let mut mine = 0;
        for process in own {
            let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
            // The name in parentheses may hold anything. Then the state, and ten more before the two times.
            let times = numbers(text.rsplit_once(')').context("no such process")?.1);
            mine += times.iter().skip(10).take(2).sum::<u64>();
        }
        Ok(Self { passed: (busy + idle + waiting) / processors.max(1), busy, own: mine })
    }
}

fn numbers(text: &str) -> Vec<u64> {
    // What is negative or a letter counts as nothing, and keeps its place; the first word is a name or a state.
    text.split_whitespace().skip(1).map(|word| word.parse().unwrap_or_default()).collect()
}
