//! The tests that need a PostgreSQL server, with one that is started for them.

use anyhow::Result;

use crate::postgres::{Server, URL};
use crate::process;

/// Starts a server, and runs the test targets that need one. The features are those of the other tests, so that nothing is
/// compiled twice.
pub(super) fn run() -> Result<()> {
    let server = Server::start()?;
    let tests = || {
        let mut tests = process::cargo();
        tests.env(URL, server.url());
        tests.args(["test", "--workspace", "--exclude", "jumio-browser-tests", "--all-features"]);
        tests
    };
    process::run(tests().args(["--test", "postgres", "--no-fail-fast"]))?;
    process::run(tests().args(["--lib", "--", "--ignored", "postgres::plans"]))
}
