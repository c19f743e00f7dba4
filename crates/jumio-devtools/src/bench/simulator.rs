//! `bench simulator`: whether the simulator is fast enough never to be the bottleneck of a test suite, beside an empty axum
//! server in the same process.
//!
//! A run is a whole Doc Proof over the API channel. It is measured in rounds with empty calls in between, each call waited
//! for before the next, over one connection; only the ratio decides.

mod empty;
mod memory;
mod run;
mod wire;

use std::time::{Duration, Instant};

use anyhow::Result;
use jumio_simulator::{Builder, Simulator};
use tokio::runtime::Runtime;

use self::wire::Wire;

const ROUNDS: usize = 31;
const RUNS_PER_ROUND: usize = 20;
const STARTS: usize = 21;
/// So many transactions are open on the virtual day, which is moved a minute at a time.
const DAY_TRANSACTIONS: usize = 1000;
const DAY_MINUTES: u32 = 24 * 60;

const MOST_RATIO: f64 = 8.0;
const MOST_START: Duration = Duration::from_millis(50);
const MOST_DAY: Duration = Duration::from_secs(1);
/// To find one of 100,000 transactions must cost about what it costs among few.
const MOST_LOOKUP_RATIO: f64 = 2.0;
/// Chosen: an hour of a busy load test stays below a gibibyte.
const MOST_BYTES_EACH: u64 = 8 * 1024;

/// Runs the benchmark; says whether the targets are met.
pub(super) fn run() -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let met = [runs(&runtime)?, starts(&runtime)?, day(&runtime)?, memory()?];
    Ok(met.into_iter().all(|met| met))
}

/// What the benchmark's second process does: `bench simulator-memory`.
pub(super) fn memory_of_many() -> Result<bool> {
    memory::measure()
}

fn started(runtime: &Runtime, builder: Builder) -> Result<Simulator> {
    Ok(runtime.block_on(builder.processing_delay(Duration::ZERO).start())?)
}

fn runs(runtime: &Runtime) -> Result<bool> {
    let simulator = started(runtime, Simulator::builder())?;
    let mut wire = Wire::connect(simulator.base_url())?;
    let mut empty = Wire::connect(&empty::start()?)?;
    let mut ratios = Vec::new();
    let (mut run_times, mut empty_times) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let run_time = timed(|| (0..RUNS_PER_ROUND).try_for_each(|_| run::doc_proof(&mut wire, &simulator)))?;
        let calls = RUNS_PER_ROUND * run::CALLS;
        let empty_time = timed(|| (0..calls).try_for_each(|_| empty.call("GET", "/", &[], b"").map(drop)))?;
        // The first round warms up.
        if round > 0 {
            run_times.push(run_time / RUNS_PER_ROUND as f64);
            empty_times.push(empty_time / calls as f64);
            ratios.push(run_time / empty_time);
        }
    }
    let (run, empty, ratio) = (median(run_times), median(empty_times), median(ratios));
    println!(
        "a run of {} calls: {:.0} µs, {:.0} runs/s; an empty axum call: {:.1} µs",
        run::CALLS,
        run * 1e6,
        1.0 / run,
        empty * 1e6
    );
    Ok(judge("a call of a run, in empty calls", ratio, MOST_RATIO))
}

fn starts(runtime: &Runtime) -> Result<bool> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let before = Instant::now();
        let simulator = started(runtime, Simulator::builder())?;
        times.push(before.elapsed().as_secs_f64());
        runtime.block_on(simulator.stop());
    }
    Ok(judge("start, in ms", median(times) * 1e3, MOST_START.as_secs_f64() * 1e3))
}

fn day(runtime: &Runtime) -> Result<bool> {
    let simulator = started(runtime, Simulator::builder())?;
    let mut wire = Wire::connect(simulator.base_url())?;
    let token = run::token(&mut wire, &simulator)?;
    for _ in 0..DAY_TRANSACTIONS {
        run::open(&mut wire, &token)?;
    }
    let time = timed(|| {
        (0..DAY_MINUTES).try_for_each(|_| simulator.advance(Duration::from_secs(60)).map_err(anyhow::Error::from))
    })?;
    let expired = simulator.transactions().iter().filter(|one| one.status == "TOKEN_EXPIRED").count();
    anyhow::ensure!(expired == DAY_TRANSACTIONS, "only {expired} transactions expired");
    Ok(judge("a virtual day of 1000 transactions, in s", time, MOST_DAY.as_secs_f64()))
}

fn memory() -> Result<bool> {
    let found = memory::in_a_process_of_its_own()?;
    println!(
        "{} stored transactions: {:.0} MiB; to find one: {:.1} µs, among few {:.1} µs",
        memory::MANY,
        found.bytes as f64 / 1024.0 / 1024.0,
        found.lookup_many * 1e6,
        found.lookup_few * 1e6
    );
    let each = judge("bytes for each", found.bytes as f64 / memory::MANY as f64, MOST_BYTES_EACH as f64);
    let lookup =
        judge("to find one among many, in finds among few", found.lookup_many / found.lookup_few, MOST_LOOKUP_RATIO);
    Ok(each && lookup)
}

fn judge(what: &str, found: f64, most: f64) -> bool {
    let met = found <= most;
    println!("{} {what}: {found:.2}, at most {most}", if met { "ok    " } else { "MISSED" });
    met
}

/// Seconds.
fn timed(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let before = Instant::now();
    work()?;
    Ok(before.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
