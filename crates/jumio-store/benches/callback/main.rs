//! `cargo xtask bench callback`: how fast the door is, beside an axum server that does nothing and beside one commit for each
//! event, all in the same run. Shows times, and judges by ratios (and by the slowest answers, which a flood would lose).
#![allow(clippy::print_stdout, reason = "its output is what it is for")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark that fails, ends")]

mod bare;
#[path = "../flow/disk.rs"]
mod disk;
mod doors;
mod load;

use std::time::Duration;

use doors::{Door, Kind};

const ROUNDS: usize = 11;
const CONNECTIONS: usize = 64;
/// Events of a round over each connection: a round of the slowest door is to last a moment, too.
const EVENTS: usize = 60;

/// Of the echo's pace, at least: what is read and parsed.
const PARSED: f64 = 0.80;
/// Of the echo's pace, at least: what is durable before it is answered.
const DURABLE: f64 = 0.30;
/// Times the pace of one commit for each event, at least.
const GROUPED: f64 = 7.0;
const MOST_P99: Duration = Duration::from_millis(20);

/// One door's rounds.
struct Runs {
    door: Door,
    /// Events a second, round by round.
    pace: Vec<f64>,
    /// All waits for an answer.
    waits: Vec<Duration>,
}

fn main() {
    // A test run of all targets runs this, too, where it only has to build; `cargo bench` says that it is meant.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let folder = tempfile::tempdir_in(".").unwrap();
    let sync = disk::sync_median(folder.path()).as_secs_f64() * 1e6;
    println!("fdatasync of 4 KiB {sync:>8.0} µs, the median of {}", disk::TIMES);
    // Named on the command line, some doors run alone, for a profiler; then nothing is judged.
    let named: Vec<_> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let is_named = |kind: &Kind| named.is_empty() || named.contains(&format!("{kind:?}"));
    let kinds = [Kind::Echo, Kind::Parsed, Kind::OneByOne, Kind::Grouped, Kind::Read, Kind::Routed, Kind::Bare];
    let runs = |kind| Runs { door: Door::open(kind, folder.path()), pace: vec![], waits: vec![] };
    let mut all: Vec<_> = kinds.into_iter().filter(is_named).map(runs).collect();
    // Interleaved, so that a machine that slows down slows all; the first round warms up.
    for round in 0..=ROUNDS {
        for runs in &mut all {
            let (time, waits) = load::run(&runs.door, CONNECTIONS, EVENTS, round);
            if round > 0 {
                runs.pace.push((CONNECTIONS * EVENTS) as f64 / time.as_secs_f64());
                runs.waits.extend(waits);
            }
        }
    }
    for runs in &mut all {
        runs.waits.sort();
        let at = |part: usize| runs.waits[(runs.waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
        println!(
            "{:<34}{:>8.0} events/s   p50 {:>6.2} ms   p99 {:>6.2} ms",
            runs.door.kind.name(),
            median(runs.pace.clone()),
            at(50),
            at(99)
        );
    }
    let [echo, parsed, one_by_one, grouped, ..] = all.as_slice() else { return };
    if !named.is_empty() {
        return;
    }
    let p99 = grouped.waits[(grouped.waits.len() - 1) * 99 / 100];
    let met = [
        judge("read and parsed, of the echo", ratio(parsed, echo), PARSED),
        judge("durable, of the echo", ratio(grouped, echo), DURABLE),
        judge("durable in groups, of one by one", ratio(grouped, one_by_one), GROUPED),
        judge("20 ms, of the slowest answers but 1 %", MOST_P99.as_secs_f64() / p99.as_secs_f64(), 1.0),
    ];
    if met.contains(&false) {
        println!("a target was missed");
        // It would not be taken away otherwise.
        drop(folder);
        std::process::exit(1);
    }
}

fn judge(what: &str, found: f64, least: f64) -> bool {
    let met = found >= least;
    println!("{} {what}: {found:.2}, at least {least}", if met { "ok    " } else { "MISSED" });
    met
}

/// How much faster the one is, by the rounds that stood side by side.
fn ratio(one: &Runs, other: &Runs) -> f64 {
    median(one.pace.iter().zip(&other.pace).map(|(one, other)| one / other).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
