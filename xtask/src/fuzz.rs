//! `cargo xtask fuzz`: the fuzz targets, each for a while. Every night in CI; by hand for as long as one likes.
//!
//! They begin from the fixtures, or from seeds of their own. What libFuzzer keeps, its corpus and what it finds, lies under the
//! target folder.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::test::install;
use crate::{process, workspace};

/// Each target, and the folders whose files it begins from, named from the root.
const TARGETS: &[(&str, &[&str])] = &[
    ("details", &["fixtures/documented/get_details", "fixtures/observed/get_details", "fixtures/inferred/get_details"]),
    ("callback", &["fixtures/callback"]),
    ("problem", &["fixtures/problem"]),
    (
        "account",
        &["fixtures/documented/create_account", "fixtures/observed/update_account", "fixtures/inferred/create_account"],
    ),
    ("link", &["xtask/fuzz/seeds/link"]),
    ("token", &["fixtures/documented/token", "xtask/fuzz/seeds/token"]),
    ("retry_after", &["xtask/fuzz/seeds/retry_after"]),
];
const FOLDER: &str = "xtask/fuzz";
/// The sanitizers that libFuzzer works with are switched on by unstable flags.
const TOOLCHAIN: &str = "nightly";
/// As long as CI gives each of them in a night.
pub(crate) const SECONDS: u64 = 60;
/// A text twice as long as the longest fixture; what is longer only costs speed.
const LONGEST: usize = 32_768;

/// Runs the named targets, all of them where there are none, so many seconds each.
pub(crate) fn run(names: &[String], seconds: u64) -> Result<()> {
    let wanted = named(names)?;
    installed()?;
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let target = metadata.target_directory.join("fuzz").into_std_path_buf();
    let mut found = Vec::new();
    for (name, seeds) in wanted {
        let corpus = target.join("corpus").join(name);
        let artifacts = target.join("artifacts").join(name);
        fs::create_dir_all(&corpus)?;
        fs::create_dir_all(&artifacts)?;
        let seeded = target.join("seeds").join(name);
        seed(&seeded, seeds)?;
        let mut fuzz = cargo();
        fuzz.arg("fuzz").args(["run", "--fuzz-dir", FOLDER, "--target-dir"]).arg(&target);
        fuzz.arg(name).arg(&corpus).arg(&seeded).arg("--");
        fuzz.args([format!("-max_total_time={seconds}"), format!("-max_len={LONGEST}")]);
        fuzz.args(["-print_final_stats=1".into(), artifact_prefix(&artifacts)]);
        if process::run(&mut fuzz).is_err() {
            found.push(format!("{name}: what it stopped at is in {}", artifacts.display()));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}", found.join("; "))
}

fn named(names: &[String]) -> Result<Vec<(&'static str, &'static [&'static str])>> {
    if names.is_empty() {
        return Ok(TARGETS.to_vec());
    }
    let find = |name: &String| match TARGETS.iter().find(|(target, _)| target == name) {
        Some(target) => Ok(*target),
        None => {
            let known: Vec<&str> = TARGETS.iter().map(|(target, _)| *target).collect();
            bail!("no fuzz target is called {name:?}; there are {}", known.join(", "))
        }
    };
    names.iter().map(find).collect()
}

/// The nightly cargo. What this task's own cargo set would win over the toolchain.
fn cargo() -> std::process::Command {
    let mut command = process::at_root("rustup");
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        command.env_remove(variable);
    }
    command.args(["run", TOOLCHAIN, "cargo"]);
    command
}

/// Makes sure of a nightly Rust and of cargo-fuzz.
fn installed() -> Result<()> {
    if !process::succeeds(&["rustup", "run", TOOLCHAIN, "rustc", "--version"]) {
        if !install::may() {
            bail!("there is no nightly Rust; `rustup toolchain install nightly --profile minimal` installs it");
        }
        process::run(process::at_root("rustup").args(["toolchain", "install", TOOLCHAIN, "--profile", "minimal"]))?;
    }
    if !process::succeeds(&["cargo", "fuzz", "--version"]) {
        if !install::may() {
            bail!("cargo-fuzz is not installed; `cargo install --locked cargo-fuzz` installs it");
        }
        process::run(process::cargo().args(["install", "--locked", "cargo-fuzz"]))?;
    }
    Ok(())
}

/// Copies what is in these folders into one, under names that cannot meet.
fn seed(folder: &Path, from: &[&str]) -> Result<()> {
    fs::create_dir_all(folder)?;
    for body in bodies(from)? {
        let name = body.to_string_lossy().replace(['/', '\\'], "-");
        fs::copy(workspace::root().join(&body), folder.join(name))
            .with_context(|| format!("cannot copy {}", body.display()))?;
    }
    Ok(())
}

/// The files directly in these folders, named from the root as they are.
fn bodies(folders: &[&str]) -> Result<Vec<PathBuf>> {
    let mut bodies = Vec::new();
    for folder in folders.iter().map(Path::new) {
        let listed = fs::read_dir(workspace::root().join(folder));
        for entry in listed.with_context(|| format!("cannot list {}", folder.display()))? {
            bodies.push(folder.join(entry?.file_name()));
        }
    }
    Ok(bodies)
}

fn artifact_prefix(folder: &Path) -> OsString {
    let mut argument = OsString::from("-artifact_prefix=");
    // What libFuzzer takes is a beginning of a name, not a folder.
    argument.push(folder.join(""));
    argument
}

#[cfg(test)]
mod tests {
    use super::{FOLDER, TARGETS, bodies, named};
    use crate::workspace;

    #[test]
    fn every_target_is_here_and_has_something_to_begin_with() {
        let mut there: Vec<String> = std::fs::read_dir(workspace::root().join(FOLDER).join("fuzz_targets"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        there.sort();
        let mut here: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        here.sort_unstable();
        assert_eq!(here, there);
        for (name, folders) in TARGETS {
            assert!(bodies(folders).unwrap().len() >= 4, "{name}");
        }
    }

    #[test]
    fn a_target_is_named_or_refused() {
        assert_eq!(named(&[]).unwrap().len(), TARGETS.len());
        assert_eq!(named(&["problem".to_owned()]).unwrap().len(), 1);
        assert!(named(&["status".to_owned()]).is_err());
    }
}
