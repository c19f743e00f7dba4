//! `cargo xtask bench flow`: what keeping flows costs, beside the bare database that does the same transactions, in the same
//! run. Shows times, and judges by ratios alone: a shared machine is twice as slow from one minute to the next.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a benchmark that fails, ends")]

mod bare;
mod disk;
mod load;
mod waiting;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jumio_flow::machine::{Flow, Spec, write};
use jumio_flow::{FlowKey, FlowStore, StateCodec as _};
use jumio_store::{Postgres, Sealed, Sqlite};

/// Names the server; `cargo xtask bench flow` starts one.
const URL: &str = "JUMIO_TEST_POSTGRES_URL";
const ROUNDS: usize = 9;
/// Flows of a round, and how many are under way at once.
const FLOWS: usize = 200;
const AT_ONCE: usize = 8;
/// Ours must be at least so much of the bare database's pace.
const TARGET: f64 = 0.70;

fn codec() -> Sealed {
    Sealed::with_key(1, &[7; 32])
}

fn main() {
    // A test run of all targets runs this, too, where it only has to build; `cargo bench` says that it is meant.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(".").unwrap();
    println!(
        "fdatasync of 4 KiB       {:>9.0} µs, the median of {}",
        micros(disk::sync_median(folder.path())),
        disk::TIMES
    );
    println!("machine                  {:>9.0} steps/s", load::machine_steps_per_second());
    let met = runtime.block_on(async {
        let sqlite = sqlite(folder.path()).await;
        let postgres = postgres().await;
        let waiting = waiting::run(&folder.path().join("waiting.db")).await;
        sqlite && postgres && waiting
    });
    if !met {
        println!("a target was missed");
        // It would not be taken away otherwise.
        drop(folder);
        std::process::exit(1);
    }
}

async fn sqlite(folder: &Path) -> bool {
    let store = Arc::new(Sqlite::open(folder.join("ours.db"), codec()).await.unwrap());
    let bare = bare::Bare::sqlite(&folder.join("bare.db"), state_size()).await;
    compare("SQLite", store, bare).await
}

async fn postgres() -> bool {
    let Ok(url) = std::env::var(URL) else { panic!("{URL} is not set: `cargo xtask bench flow` starts a server") };
    let store = Arc::new(Postgres::migrate(&url, codec()).await.unwrap());
    let bare = bare::Bare::postgres(&url, state_size()).await;
    compare("PostgreSQL", store, bare).await
}

/// Rounds in which both have their turn, so that a machine that slows down slows both.
async fn compare<S: FlowStore + 'static>(name: &str, store: Arc<S>, bare: bare::Bare) -> bool {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let start = Instant::now();
        load::run(&store, round).await;
        let mine = start.elapsed();
        let start = Instant::now();
        bare.run(round).await;
        let its = start.elapsed();
        ours.push(FLOWS as f64 / mine.as_secs_f64());
        theirs.push(FLOWS as f64 / its.as_secs_f64());
        ratios.push(its.as_secs_f64() / mine.as_secs_f64());
    }
    let (ours, theirs, ratio) = (median(ours), median(theirs), median(ratios));
    println!("{name:<11}{ours:>9.0} flows/s   bare {theirs:>9.0} flows/s   {ratio:>5.2} of bare (at least {TARGET})");
    ratio >= TARGET
}

/// How long the sealed state of a flow is: the bare database writes as much.
fn state_size() -> usize {
    let state = write(&Flow::new(Spec::person(load::request(0)))).unwrap();
    codec().seal(&FlowKey::new("0"), &state).unwrap().len()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
