//! `cargo xtask soak`: the tests that kill processes, at full length. `cargo xtask test` runs the same ones for a moment.

use anyhow::Result;

use crate::postgres::{Server, URL};
use crate::process;

/// Kills for each of the twenty kinds of flows: 200 and more for each database.
const KILLS_PER_KIND: &str = "12";
/// Databases with 20 kills each: 10,000 in all.
const KILL_DATABASES: &str = "500";

/// Runs them, with a PostgreSQL server that is started for it.
pub(crate) fn run() -> Result<()> {
    let server = Server::start()?;
    let tests = ["--test", "kills", "--test", "kill", "--test", "postgres"];
    let mut command = process::cargo();
    command
        .args(["test", "--workspace", "--exclude", "jumio-browser-tests", "--all-features"])
        .args(tests)
        .args(["--no-fail-fast", "--", "--nocapture", "kill"])
        .env(URL, server.url())
        .env("JUMIO_KILLS_PER_KIND", KILLS_PER_KIND)
        .env("JUMIO_KILL_DATABASES", KILL_DATABASES);
    process::run(&mut command)
}
