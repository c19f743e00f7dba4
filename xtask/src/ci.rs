//! `cargo xtask ci`: what CI runs. The same command on a person's machine gives the same answer.

mod deny;

use anyhow::{Result, bail};

use crate::process::{cargo, run as run_command};
use crate::test::{self, Group};

/// One step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Format,
    Clippy,
    Docs,
    Deny,
    Test,
}

impl Step {
    /// Every step. The tests come last, so that their summary ends the output.
    const ALL: [Self; 5] = [Self::Format, Self::Clippy, Self::Docs, Self::Deny, Self::Test];

    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Docs => "docs",
            Self::Deny => "deny",
            Self::Test => "test",
        }
    }

    /// The steps that these words name; all of them where there are none.
    pub(crate) fn named(words: &[String]) -> Result<Vec<Self>> {
        if words.is_empty() {
            return Ok(Self::ALL.to_vec());
        }
        let find = |word: &String| match Self::ALL.into_iter().find(|step| step.name() == word) {
            Some(step) => Ok(step),
            None => bail!("no step is called {word:?}; there are {}", Self::ALL.map(Self::name).join(", ")),
        };
        words.iter().map(find).collect()
    }

    fn run(self) -> Result<()> {
        let mut command = cargo();
        match self {
            Self::Format => command.args(["fmt", "--all", "--", "--check"]),
            Self::Clippy => {
                command.args(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
            }
            Self::Docs => {
                command.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--all-features", "--no-deps"])
            }
            Self::Deny => return deny::run(),
            Self::Test => return test::run(&Group::named(&[])?),
        };
        run_command(&mut command)
    }
}

/// Runs the steps. One that fails does not hide the next, so a single run shows everything that is wrong.
pub(crate) fn run(steps: &[Step]) -> Result<()> {
    let mut failed = Vec::new();
    for step in steps {
        println!("\n=== {}", step.name());
        if let Err(error) = step.run() {
            println!("{}: {error:#}", step.name());
            failed.push(step.name());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}; `cargo xtask ci {}` runs only these", failed.join(", "), failed.join(" "))
}
