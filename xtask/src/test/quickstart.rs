//! The simulator, met by programs that know nothing of our types: a mistake that our client and our simulator share shows up
//! here. The quickstart from Python's standard library, the examples of the book's page, and the live test.

mod live;
mod page;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;
use serde::Deserialize;

use super::install;
use crate::{process, workspace};

const SCRIPT: &str = "crates/jumio-simulator/tests/quickstart.py";

/// It only has to open a port.
const READY: Duration = Duration::from_secs(60);

/// The first line that the simulator prints with `--json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    base_url: String,
    client_id: String,
    client_secret: String,
}

/// A running simulator; it ends however this is left.
struct Running {
    child: Child,
    ready: Ready,
    /// Kept to the end: a closed pipe would be an error for a simulator that prints more.
    _lines: Receiver<String>,
}

impl Running {
    fn start(program: &PathBuf) -> Result<Self> {
        let mut child = process::at_root(program)
            .args(["--port", "0", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the simulator")?;
        let stdout = child.stdout.take().context("the simulator has no output")?;
        let lines = process::lines(stdout);
        let first = lines.recv_timeout(READY).context("the simulator does not say that it is ready");
        let ready = first.and_then(|first| {
            serde_json::from_str(&first).with_context(|| {
                format!("the simulator's first line is not the promised JSON object: {:?}", first.trim())
            })
        });
        match ready {
            Ok(ready) => Ok(Self { child, ready, _lines: lines }),
            Err(error) => {
                // It may have ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Runs a program against it, which must succeed.
    fn meet(&mut self, what: &str, command: &mut Command) -> Result<()> {
        println!("$ {what}");
        let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {what}"))?;
        if let Some(ended) = self.child.try_wait()? {
            bail!("the simulator ended while {what} ran ({ended})");
        }
        if !status.success() {
            bail!("{what} failed ({status})");
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about either failure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds the simulator and lets each program meet one of its own.
pub(super) fn run() -> Result<()> {
    install::ensure(&["python3", "--version"], &["python3"])?;
    let program = build()?;

    let mut simulator = Running::start(&program)?;
    let mut script = process::at_root("python3");
    script.arg(SCRIPT).args(["--base-url", &simulator.ready.base_url]);
    script.args(["--client-id", &simulator.ready.client_id, "--client-secret", &simulator.ready.client_secret]);
    simulator.meet(SCRIPT, &mut script)?;

    page::run(&mut Running::start(&program)?)?;
    live::run(&mut Running::start(&program)?)
}

/// Builds the simulator's program. The command line is built with it: then cargo chooses the same features as for the
/// README's commands, and nothing is compiled twice.
fn build() -> Result<PathBuf> {
    process::run(process::cargo().args(["build", "--release", "-p", "jumio-cli", "-p", "jumio-simulator"]))?;
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let name = format!("jumio-simulator{}", std::env::consts::EXE_SUFFIX);
    Ok(metadata.target_directory.join("release").join(name).into_std_path_buf())
}
