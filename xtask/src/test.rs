//! `cargo xtask test`: everything that a change must pass, in groups, with a summary that ends in one countable line.
//!
//! A group that cannot run fails; none is skipped.

mod expect;
pub(crate) mod install;
mod postgres;
mod python;
mod quickstart;
mod readme;
mod schemas;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::browser;
use crate::check::{self, Check};
use crate::process::{cargo, run as run_command};

/// One group of tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Group {
    /// One of the repository's own checks.
    Check(Check),
    Unit,
    Postgres,
    Doc,
    Schemas,
    Readme,
    Quickstart,
    Browser,
}

/// Every group, in the order in which they run: what fails fastest comes first.
const ALL: [Group; 16] = [
    Group::Check(Check::Tidy),
    Group::Check(Check::Fixtures),
    Group::Check(Check::Requirements),
    Group::Check(Check::Codegen),
    Group::Check(Check::Simulator),
    Group::Check(Check::Layers),
    Group::Check(Check::Msrv),
    Group::Check(Check::Features),
    Group::Check(Check::PublicApi),
    Group::Unit,
    Group::Postgres,
    Group::Doc,
    Group::Schemas,
    Group::Readme,
    Group::Quickstart,
    Group::Browser,
];

impl Group {
    fn name(self) -> &'static str {
        match self {
            Self::Check(check) => check.name(),
            Self::Unit => "unit",
            Self::Postgres => "postgres",
            Self::Doc => "doc",
            Self::Schemas => "schemas",
            Self::Readme => "readme",
            Self::Quickstart => "quickstart",
            Self::Browser => "browser",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Check(Check::Tidy) => "module docs, file length, nothing of one machine",
            Self::Check(Check::Fixtures) => "fixtures/index.toml and the folder agree; no secret is committed",
            Self::Check(Check::Requirements) => "every promise has a test that names it",
            Self::Check(Check::Codegen) => "generated files are up to date",
            Self::Check(Check::Simulator) => "every behavior of the simulator has a source, and their page is fresh",
            Self::Check(Check::Layers) => "who may depend on whom",
            Self::Check(Check::Msrv) => "rust-version is what the dependencies need",
            Self::Check(Check::Features) => {
                "the model builds with each feature alone and without an operating system, and each floor without a warning"
            }
            Self::Check(Check::PublicApi) => {
                "the model's public items are those of the committed list (needs a nightly Rust)"
            }
            Self::Unit => "unit, snapshot and integration tests of every crate, all features",
            Self::Postgres => "the tests of the PostgreSQL store, with a server that is started for them",
            Self::Doc => "the examples in the documentation",
            Self::Schemas => {
                "OpenAPI and JSON Schema hold, by standard validators, and so does every fixture (needs python3)"
            }
            Self::Readme => "the commands of README.md, with the output it shows",
            Self::Browser => "the simulator's pages in Chromium, with axe-core (needs chromium, npm)",
            Self::Quickstart => {
                "programs in other languages meet the simulator: the quickstart, the book's examples, the live test (needs python3, curl, jq)"
            }
        }
    }

    /// The groups that these words name; all of them where there are none.
    pub(crate) fn named(words: &[String]) -> Result<Vec<Self>> {
        if words.is_empty() {
            return Ok(ALL.to_vec());
        }
        let mut groups = Vec::new();
        for word in words {
            match ALL.into_iter().find(|group| group.name() == word) {
                Some(group) => groups.push(group),
                None => bail!("no group is called {word:?}; there are {}", ALL.map(Self::name).join(", ")),
            }
        }
        Ok(groups)
    }

    fn run(self) -> Result<()> {
        match self {
            Self::Check(check) => check::run(&[check], false),
            // Examples are built with the tests, so that none rots.
            Self::Unit => run_command(cargo().args([
                "test",
                "--workspace",
                // They need a browser; a group of their own brings it.
                "--exclude",
                "jumio-browser-tests",
                "--all-features",
                "--lib",
                "--bins",
                "--tests",
                "--examples",
                "--no-fail-fast",
            ])),
            Self::Doc => run_command(cargo().args([
                "test",
                "--workspace",
                "--exclude",
                "jumio-browser-tests",
                "--all-features",
                "--doc",
                "--no-fail-fast",
            ])),
            Self::Postgres => postgres::run(),
            Self::Schemas => schemas::run(),
            Self::Readme => readme::run(),
            Self::Quickstart => quickstart::run(),
            Self::Browser => browser::test(),
        }
    }
}

/// Prints the groups.
pub(crate) fn list() {
    for group in ALL {
        println!("{:<12}{}", group.name(), group.what());
    }
}

/// Runs the groups, all of them even when one fails, then says how each went.
pub(crate) fn run(groups: &[Group]) -> Result<()> {
    let mut lines = Vec::new();
    let mut failed = Vec::new();
    for group in groups {
        println!("\n=== {}: {}", group.name(), group.what());
        let start = Instant::now();
        let outcome = group.run();
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => lines.push(format!("{:<12}passed  {seconds:>7.1} s", group.name())),
            Err(error) => {
                println!("{}: {error:#}", group.name());
                lines.push(format!("{:<12}FAILED  {seconds:>7.1} s  {error:#}", group.name()));
                failed.push(group.name());
            }
        }
    }
    println!("\n=== summary\n{}", lines.join("\n"));
    println!("{} passed, {} failed", groups.len() - failed.len(), failed.len());
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}; `cargo xtask test {}` runs only these", failed.join(", "), failed.join(" "))
}
