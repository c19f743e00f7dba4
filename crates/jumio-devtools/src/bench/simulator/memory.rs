//! What 100,000 stored transactions take, in a process of its own so that nothing else counts, and whether one of them is
//! still found at once.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use jumio_simulator::Simulator;

use super::run::{self, Opened};
use super::wire::Wire;
use super::{started, timed};

pub(super) const MANY: usize = 100_000;
const FEW: usize = 100;
const LOOKUPS: usize = 2000;
/// So much is there before anything is counted: buffers, code, the request log at its full length.
const WARM: usize = 12_000;

/// What was found.
pub(super) struct Found {
    pub(super) bytes: u64,
    /// Seconds for one status call.
    pub(super) lookup_few: f64,
    pub(super) lookup_many: f64,
}

/// Starts this program once more, and reads what it found.
pub(super) fn in_a_process_of_its_own() -> Result<Found> {
    let output = Command::new(std::env::current_exe()?).args(["bench", "simulator-memory"]).output()?;
    ensure!(output.status.success(), "bench simulator-memory failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next().context("bench simulator-memory printed too little")?.context("no number");
    Ok(Found { bytes: next()? as u64, lookup_few: next()?, lookup_many: next()? })
}

/// Measures here, and prints bytes and seconds.
pub(super) fn measure() -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let simulator = started(&runtime, Simulator::builder())?;
    let mut wire = Wire::connect(simulator.base_url())?;
    let token = run::token(&mut wire, &simulator)?;
    let few = (0..FEW).map(|_| run::open(&mut wire, &token)).collect::<Result<Vec<_>>>()?;
    let lookup_few = lookups(&mut wire, &token, &few)?;
    for _ in FEW..WARM {
        run::open(&mut wire, &token)?;
    }
    let before = resident()?;
    for _ in 0..MANY {
        run::open(&mut wire, &token)?;
    }
    let bytes = resident()?.saturating_sub(before);
    let lookup_many = lookups(&mut wire, &token, &few)?;
    println!("{bytes} {lookup_few} {lookup_many}");
    Ok(true)
}

fn lookups(wire: &mut Wire, token: &str, among: &[Opened]) -> Result<f64> {
    let time =
        timed(|| among.iter().cycle().take(LOOKUPS).try_for_each(|opened| run::status(wire, token, opened).map(drop)))?;
    Ok(time / LOOKUPS as f64)
}

/// The bytes that this process has in memory.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("memory is read from /proc, which Linux has")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1024)
}
