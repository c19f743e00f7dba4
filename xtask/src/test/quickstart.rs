//! The quickstart against the simulator, from a script that knows nothing of our types: a mistake that our client and
//! our simulator share shows up here.

use std::path::PathBuf;
use std::process::{Child, Stdio};
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

/// Ends the simulator however this function is left.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about either failure.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds and starts the simulator, runs the script against it.
pub(super) fn run() -> Result<()> {
    install::ensure(&["python3", "--version"], &["python3"])?;
    let program = build()?;
    let state = tempfile::tempdir().context("cannot make a temporary folder")?;
    let child = process::at_root(&program)
        .args(["--port", "0", "--json"])
        .env("XDG_DATA_HOME", state.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the simulator")?;
    let mut simulator = Running(child);
    let stdout = simulator.0.stdout.take().context("the simulator has no output")?;
    // Kept to the end: a closed pipe would be an error for a simulator that prints more.
    let lines = process::lines(stdout);
    let first = lines.recv_timeout(READY).context("the simulator does not say that it is ready")?;
    let ready: Ready = serde_json::from_str(&first)
        .with_context(|| format!("the simulator's first line is not the promised JSON object: {:?}", first.trim()))?;

    let mut script = process::at_root("python3");
    script.arg(SCRIPT).args(["--base-url", &ready.base_url]);
    script.args(["--client-id", &ready.client_id, "--client-secret", &ready.client_secret]);
    println!("$ python3 {SCRIPT} --base-url {} …", ready.base_url);
    let status = script.stdin(Stdio::null()).status().context("cannot start python3")?;
    if let Some(ended) = simulator.0.try_wait()? {
        bail!("the simulator ended while the script ran ({ended})");
    }
    if !status.success() {
        bail!("{SCRIPT} failed ({status})");
    }
    Ok(())
}

/// Builds the simulator's program. The command line is built with it: then cargo chooses the same features as for the
/// README's commands, and nothing is compiled twice.
fn build() -> Result<PathBuf> {
    process::run(process::cargo().args(["build", "--release", "-p", "jumio-cli", "-p", "jumio-simulator"]))?;
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let name = format!("jumio-simulator{}", std::env::consts::EXE_SUFFIX);
    Ok(metadata.target_directory.join("release").join(name).into_std_path_buf())
}
