//! SQLite under the kill suite: workers that share one file, killed at moments of a seed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

/// Names the database to the worker process, which is this same test run again.
const WORKER: &str = "JUMIO_STORE_TEST_WORKER";
const SIMULATOR: &str = "JUMIO_STORE_TEST_SIMULATOR";
const NAME: &str = "no_kill_loses_or_repeats_a_step";

/// Proves F1, F2, U6.
#[test]
fn no_kill_loses_or_repeats_a_step() {
    if let Some(path) = std::env::var_os(WORKER) {
        let simulator = std::env::var(SIMULATOR).unwrap();
        return tokio::runtime::Runtime::new().unwrap().block_on(async {
            support::kills::work(support::open(&PathBuf::from(path)).await, &simulator).await;
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).join("flows.db");
    let worker = |name: &str, simulator: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", NAME, "--nocapture"]).env(WORKER, path(name)).env(SIMULATOR, simulator);
        command
    };
    let open = async |name: &str| Arc::new(support::open(&path(name)).await);
    let upgrade = async |name: &str| support::next::bring(&mut support::raw(&path(name)).await).await;
    support::kills::survive(open, worker, upgrade);
}
