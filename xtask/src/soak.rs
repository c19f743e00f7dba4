//! `cargo xtask soak`: the tests that kill processes, at full length. `cargo xtask test` runs the same ones for a moment.

use anyhow::{Result, bail};

use crate::postgres::{Server, URL};
use crate::process;

/// A test that kills processes.
struct Part {
    name: &'static str,
    target: &'static str,
    test: &'static str,
    kills: usize,
}

const FLOWS: &str = "no_kill_loses_or_repeats_a_step";
/// Twelve for each of the twenty kinds of flows.
const KILLS_OF_FLOWS: usize = 240;
const KILLS_OF_WRITES: usize = 10_000;

const PARTS: [Part; 4] = [
    Part { name: "flows-sqlite", target: "kills", test: FLOWS, kills: KILLS_OF_FLOWS },
    Part { name: "flows-postgres", target: "postgres", test: FLOWS, kills: KILLS_OF_FLOWS },
    Part {
        name: "receiver",
        target: "kill",
        test: "a_killed_receiver_loses_nothing_that_it_answered",
        kills: KILLS_OF_WRITES,
    },
    Part {
        name: "writer",
        target: "kill",
        test: "a_killed_writer_loses_nothing_that_it_acknowledged",
        kills: KILLS_OF_WRITES,
    },
];

/// Runs the named parts, all of them where there are none, with so many kills each.
pub(crate) fn run(names: &[String], kills: Option<usize>) -> Result<()> {
    for name in names {
        if !PARTS.iter().any(|part| part.name == name) {
            bail!("no part is called {name:?}; there are {}", PARTS.map(|part| part.name).join(", "));
        }
    }
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)) {
        let kills = kills.unwrap_or(part.kills);
        println!("\n=== {}: {kills} kills", part.name);
        let mut test = process::cargo();
        test.args(["test", "--workspace", "--exclude", "jumio-browser-tests", "--all-features", "--test", part.target])
            .args(["--", "--exact", part.test, "--nocapture"])
            .env("JUMIO_KILLS", kills.to_string());
        if part.target == "postgres" {
            let server = Server::start()?;
            process::run(test.env(URL, server.url()))?;
        } else {
            process::run(&mut test)?;
        }
    }
    Ok(())
}
