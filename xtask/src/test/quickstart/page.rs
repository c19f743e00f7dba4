//! The blocks of the book's page, run as they stand there: all that is `sh` as one script, all that is `python` as another.

use anyhow::{Result, bail};

use super::Running;
use crate::test::{install, python, readme};
use crate::{process, workspace};

const PAGE: &str = "docs/simulator.md";
const PACKAGES: &[&str] = &["requests==2.32.5"];

pub(super) fn run(simulator: &mut Running) -> Result<()> {
    install::ensure(&["curl", "--version"], &["curl"])?;
    install::ensure(&["jq", "--version"], &["jq"])?;
    let python = python::with(PACKAGES, "requests")?;
    let page = workspace::read(PAGE)?;
    let mut shell = process::at_root("sh");
    shell.args(["-eu", "-c", &joined(&page, "sh")?]);
    let mut script = process::at_root(python);
    script.args(["-c", &joined(&page, "python")?]);
    for (what, command) in [("its sh blocks", &mut shell), ("its python block", &mut script)] {
        command
            .env("JUMIO_BASE", &simulator.ready.base_url)
            .env("JUMIO_ID", &simulator.ready.client_id)
            .env("JUMIO_SECRET", &simulator.ready.client_secret)
            // The simulator is on this machine.
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1");
        simulator.meet(&format!("{PAGE}: {what}"), command)?;
        println!();
    }
    Ok(())
}

/// The blocks of a language in the page's order.
fn joined(page: &str, language: &str) -> Result<String> {
    let blocks: Vec<String> =
        readme::fenced(page).into_iter().filter(|(found, _)| found == language).map(|(_, block)| block).collect();
    if blocks.is_empty() {
        bail!("{PAGE} has no `{language}` block; it must show one");
    }
    Ok(blocks.join("\n"))
}
