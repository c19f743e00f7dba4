//! The tests that need a PostgreSQL server, with one that is started for them.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::postgres::{Server, URL};
use crate::process;

/// Starts a server, and runs what needs one: the test targets of that name, and the test of the database's plans, which is within the
/// store.
pub(super) fn run() -> Result<()> {
    let server = Server::start()?;
    let targets = process::run(tests(&server).args(["--test", "postgres", "--no-fail-fast"]));
    let plans = ["--lib", "--", "--ignored", "postgres::plans"];
    let listed = process::output(tests(&server).args(plans).arg("--list"))?;
    ensure!(listed.contains("postgres::plans::"), "there is no test of the plans");
    let plans = process::run(tests(&server).args(plans));
    targets.and(plans)
}

/// With the features of the other tests, so that nothing is compiled twice.
fn tests(server: &Server) -> Command {
    let mut tests = process::cargo();
    tests.env(URL, server.url());
    tests.args(["test", "--workspace", "--exclude", "jumio-browser-tests", "--all-features"]);
    tests
}
