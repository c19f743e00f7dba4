//! Tasks that need the types, so that xtask itself depends on no crate of ours: `crates/jumio-devtools` does them, and is
//! built and run here.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{process, workspace};

/// `cargo run` of the program with these arguments, built as the benchmarks need it or as it is fastest built.
pub(crate) fn command(release: bool) -> Command {
    with_features(release, None)
}

/// The same with a feature: what a benchmark measures is built only for it.
fn with_features(release: bool, feature: Option<&str>) -> Command {
    let mut command = process::cargo();
    // File names are the caller's, so the program runs where the caller is and not at the root.
    if let Ok(here) = std::env::current_dir() {
        command.current_dir(here);
    }
    command.args(["run", "--quiet", "--package", "jumio-devtools", "--manifest-path"]);
    command.arg(workspace::root().join("Cargo.toml"));
    if release {
        command.arg("--release");
    }
    if let Some(feature) = feature {
        command.arg("--features").arg(feature);
    }
    command.arg("--");
    command
}

/// `cargo xtask fixtures …`.
pub(crate) fn fixtures(args: &[OsString]) -> Result<()> {
    let status = command(false).arg("fixtures").args(args).status().context("cannot start cargo")?;
    match status.code() {
        Some(0) => {}
        Some(1) => bail!("not everything was understood"),
        _ => bail!("see above"),
    }
    if args.first().is_some_and(|task| task == "add") && !args.iter().any(|arg| arg == "--help" || arg == "-h") {
        // New snapshots are written as they are; one that exists and differs is left for `cargo insta review`.
        let mut tests = process::cargo();
        tests.env("INSTA_UPDATE", "unseen").args(["test", "--package", "jumio-model", "--all-features", "--tests"]);
        return process::run(&mut tests);
    }
    Ok(())
}

/// `cargo xtask bench …`.
pub(crate) fn bench(args: &[OsString]) -> Result<()> {
    if matches!(args, [only] if only == "build") {
        return crate::build_cost::run();
    }
    if let [only] = args
        && let Some(name) = only.to_str().filter(|name| matches!(*name, "callback" | "flow"))
    {
        // They stand with what they measure: the stores are too much for a program that every codegen run builds.
        let mut bench = process::cargo();
        bench.args(["bench", "--package", "jumio-store", "--all-features", "--bench", name]);
        if name == "callback" {
            return process::run(&mut bench);
        }
        let server = crate::postgres::Server::start()?;
        return process::run(bench.env(crate::postgres::URL, server.url()));
    }
    let feature = match args.first().and_then(|name| name.to_str()) {
        Some("simulator") => Some("simulator"),
        Some("auth" | "transport") => Some("sending"),
        _ => None,
    };
    let status = with_features(true, feature).arg("bench").args(args).status().context("cannot start cargo")?;
    if !status.success() {
        bail!("a target was missed, or the benchmark did not run: see above");
    }
    Ok(())
}
