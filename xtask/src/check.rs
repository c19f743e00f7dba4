//! `cargo xtask check`: what the compiler does not hold for us. Each check is one module below.

mod features;
mod fixtures;
mod layers;
mod msrv;
mod public_api;
mod requirements;
mod simulator;
mod tidy;
mod tree;

use anyhow::{Result, bail};

use crate::codegen;

/// Pages of the reference that a check writes from the code, and code generation leaves alone.
pub(crate) const WRITTEN_BY_CHECKS: [&str; 2] = [simulator::PAGE, requirements::PAGE];

/// One check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Check {
    Layers,
    Msrv,
    Fixtures,
    Tidy,
    Codegen,
    Features,
    PublicApi,
    Simulator,
    Requirements,
}

impl Check {
    /// Every check, cheapest first.
    const ALL: [Self; 9] = [
        Self::Tidy,
        Self::Fixtures,
        Self::Requirements,
        Self::Codegen,
        Self::Simulator,
        Self::Layers,
        Self::Msrv,
        Self::Features,
        Self::PublicApi,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Msrv => "msrv",
            Self::Fixtures => "fixtures",
            Self::Tidy => "tidy",
            Self::Codegen => "codegen",
            Self::Features => "features",
            Self::PublicApi => "public-api",
            Self::Simulator => "simulator",
            Self::Requirements => "requirements",
        }
    }

    /// The checks that these words name.
    pub(crate) fn named(words: &[String]) -> Result<Vec<Self>> {
        let known = Self::ALL.map(Self::name).join(", ");
        if words.is_empty() {
            bail!("say which check: {known}, or all");
        }
        let mut checks = Vec::new();
        for word in words {
            if word == "all" {
                checks.extend(Self::ALL);
                continue;
            }
            match Self::ALL.into_iter().find(|check| check.name() == word) {
                Some(check) => checks.push(check),
                None => bail!("no check is called {word:?}; there are {known}, and all"),
            }
        }
        Ok(checks)
    }

    fn run(self, write: bool) -> Result<bool> {
        let report = match self {
            Self::Codegen => return codegen::run(true).map(|()| true),
            Self::Layers => layers::check()?,
            Self::Msrv => msrv::check(write)?,
            Self::Fixtures => fixtures::check()?,
            Self::Tidy => tidy::check()?,
            Self::Features => features::check()?,
            Self::PublicApi => public_api::check(write)?,
            Self::Simulator => simulator::check(write)?,
            Self::Requirements => requirements::check(write)?,
        };
        Ok(report.print(self.name()))
    }
}

/// Runs the checks, all of them even when one fails.
pub(crate) fn run(checks: &[Check], write: bool) -> Result<()> {
    let mut failed = Vec::new();
    for check in checks {
        match check.run(write) {
            Ok(true) => {}
            Ok(false) => failed.push(check.name()),
            Err(error) => {
                println!("{}: {error:#}", check.name());
                failed.push(check.name());
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}
