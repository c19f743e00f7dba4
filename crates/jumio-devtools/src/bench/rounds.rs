//! Times of the benchmarks of sending: in rounds in which every variant has its turn, by the clock and by what this thread
//! was given of the processor.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What one turn took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) wall: f64,
    /// Of the thread that measures; what a server does elsewhere does not count.
    pub(super) cpu: f64,
}

/// Measures one turn, in seconds.
pub(super) fn turn<R>(work: impl FnOnce() -> R) -> (R, Turn) {
    let (cpu, wall) = (processor_time(), Instant::now());
    let done = work();
    (done, Turn { wall: wall.elapsed().as_secs_f64(), cpu: (processor_time() - cpu).as_secs_f64() })
}

fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A promise that decides. Says whether it is kept.
pub(super) fn judge(what: &str, found: f64, most: f64) -> bool {
    let met = found <= most;
    println!("{} {what}: {found:.2}, at most {most}", if met { "met   " } else { "MISSED" });
    met
}

/// A time, which depends on who else uses the machine: shown beside what was aimed at, and decides nothing.
pub(super) fn show(what: &str, found: f64, aim: &str) {
    println!("       {what}: {found:.2} (aim {aim})");
}
