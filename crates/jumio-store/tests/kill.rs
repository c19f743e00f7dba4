//! A process that is killed while it writes loses nothing that it was told is durable, and leaves no half turn.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use jumio_flow::machine::{Event, step};
use jumio_flow::{Delivered, Filter, FlowKey, FlowStore, Hint, HintAddress, Turn};
use support::{at, new_flow, secretive, take};

/// Names the database to the child process, which is this same test run again.
const CHILD: &str = "JUMIO_STORE_TEST_KILL";
const NAME: &str = "a_killed_writer_loses_nothing_that_it_acknowledged";
const ACKNOWLEDGED: &str = "acknowledged:";

/// Kills of one database; then a new one, so that looking through it stays quick.
const KILLS_EACH: usize = 20;

/// How many databases: one here, and 500 for the 10,000 kills of `cargo xtask soak`.
fn databases() -> usize {
    std::env::var("JUMIO_KILL_DATABASES").ok().and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// Proves C1.
/// The store's part: what a call wrote is there once it returned.
#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(path) = std::env::var_os(CHILD) {
        return runtime.block_on(write(Path::new(&path)));
    }
    for _ in 0..databases() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flows.db");
        let mut acknowledged = Vec::new();
        for turns in [1, 2, 5, 11, 23].into_iter().cycle().take(KILLS_EACH) {
            acknowledged.extend(write_and_be_killed(&path, turns));
            runtime.block_on(check(&path, &acknowledged));
        }
    }
}

fn write_and_be_killed(path: &Path, turns: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let names = lines.filter_map(|line| line.unwrap().strip_prefix(ACKNOWLEDGED).map(str::to_owned));
    let names: Vec<_> = names.take(turns).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names.len(), turns, "the child ended by itself");
    names
}

fn hint_for(name: &str) -> Hint {
    Hint::new(HintAddress::Execution(name.into()), None, "1")
}

/// Writes flows without end: adds one, takes a hint in for it, saves a turn that uses the hint, and says so.
async fn write(path: &Path) {
    let store = support::open(path).await;
    let first = store.list(&Filter::all()).await.unwrap().len();
    for name in (first..).map(|number| format!("flow-{number}")) {
        let mut flow = secretive(&name);
        store.insert(new_flow(&name, flow.clone()), at(0)).await.unwrap();
        store.deliver(&hint_for(&name), at(0)).await.unwrap();
        let lease = take(&store, &name, 0).await;
        let hints = store.hints(&FlowKey::new(&*name)).await.unwrap();
        step(&mut flow, Event::Hint { status: None }, at(1));
        let used: Vec<_> = hints.iter().map(|hint| hint.id).collect();
        assert!(store.commit(&lease, Turn::new(&flow, &used), at(1)).await.unwrap());
        // On a line of its own, whatever the test's own output has begun.
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{ACKNOWLEDGED}{name}").unwrap();
        out.flush().unwrap();
    }
}

async fn check(path: &Path, acknowledged: &[String]) {
    let store = support::open(path).await;
    let records = store.list(&Filter::all()).await.unwrap();
    let mut saved = Vec::new();
    for record in &records {
        let name = record.key.as_str();
        if record.updated_at == at(1) {
            let again = store.deliver(&hint_for(name), at(2)).await.unwrap();
            assert_eq!(again, Delivered::Duplicate, "{name}: its hint was used up with the turn");
            assert!(store.hints(&record.key).await.unwrap().is_empty(), "{name}");
            saved.push(name.to_owned());
        }
    }
    for name in acknowledged {
        assert!(saved.contains(name), "{name} was acknowledged and is not there");
    }
    assert!(records.len() <= saved.len() + KILLS_EACH, "at most one unfinished turn for each kill");
}
