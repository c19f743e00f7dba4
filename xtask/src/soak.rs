//! `cargo xtask soak`: the tests that kill processes, and the one that runs for long, at full length. `cargo xtask test` runs the
//! same ones for a moment.

use anyhow::{Result, bail};

use crate::postgres::{Server, URL};
use crate::process;

/// A test that takes long.
struct Part {
    name: &'static str,
    target: &'static str,
    test: &'static str,
    amount: usize,
    of: Of,
}

/// How long the parts are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Full,
    /// What CI has of it.
    Tenth,
    /// So many kills, where it is kills that a part counts.
    Kills(usize),
}

/// What there is so much of.
#[derive(Clone, Copy)]
enum Of {
    Kills,
    Flows,
}

const FLOWS: &str = "no_kill_loses_or_repeats_a_step";
/// Seven or eight for each kind of flow.
const KILLS_OF_FLOWS: usize = 240;
const KILLS_OF_WRITES: usize = 10_000;
/// Ten calls each.
const FLOWS_OF_A_HOST: usize = 100_000;

const PARTS: [Part; 6] = [
    Part {
        name: "flows-memory",
        target: "memory_store",
        test: "no_drop_loses_or_repeats_a_step",
        amount: KILLS_OF_FLOWS,
        of: Of::Kills,
    },
    Part { name: "flows-sqlite", target: "kills", test: FLOWS, amount: KILLS_OF_FLOWS, of: Of::Kills },
    Part { name: "flows-postgres", target: "postgres", test: FLOWS, amount: KILLS_OF_FLOWS, of: Of::Kills },
    Part {
        name: "receiver",
        target: "kill",
        test: "a_killed_receiver_loses_nothing_that_it_answered",
        amount: KILLS_OF_WRITES,
        of: Of::Kills,
    },
    Part {
        name: "writer",
        target: "kill",
        test: "a_killed_writer_loses_nothing_that_it_acknowledged",
        amount: KILLS_OF_WRITES,
        of: Of::Kills,
    },
    Part {
        name: "leak",
        target: "leak",
        test: "nothing_grows_with_what_was_done",
        amount: FLOWS_OF_A_HOST,
        of: Of::Flows,
    },
];

impl Of {
    fn word(self) -> &'static str {
        match self {
            Self::Kills => "kills",
            Self::Flows => "flows",
        }
    }

    /// What tells the test.
    fn variable(self) -> &'static str {
        match self {
            Self::Kills => "JUMIO_KILLS",
            Self::Flows => "JUMIO_FLOWS",
        }
    }
}

impl Part {
    fn amount(&self, length: Length) -> usize {
        match (length, self.of) {
            (Length::Full, _) | (Length::Kills(_), Of::Flows) => self.amount,
            (Length::Tenth, _) => self.amount.div_ceil(10),
            (Length::Kills(kills), Of::Kills) => kills,
        }
    }
}

/// Runs the named parts, all of them where there are none.
pub(crate) fn run(names: &[String], length: Length) -> Result<()> {
    for name in names {
        if !PARTS.iter().any(|part| part.name == name) {
            bail!("no part is called {name:?}; there are {}", PARTS.map(|part| part.name).join(", "));
        }
    }
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)) {
        let amount = part.amount(length);
        println!("\n=== {}: {amount} {}", part.name, part.of.word());
        let mut test = process::cargo();
        test.args(["test", "--workspace", "--exclude", "jumio-browser-tests", "--all-features", "--test", part.target])
            .args(["--", "--exact", part.test, "--nocapture"])
            .env(part.of.variable(), amount.to_string());
        if part.target == "postgres" {
            let server = Server::start()?;
            process::run(test.env(URL, server.url()))?;
        } else {
            process::run(&mut test)?;
        }
    }
    Ok(())
}
