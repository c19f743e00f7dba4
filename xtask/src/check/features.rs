//! `cargo xtask check features`: the model builds with each of its features alone, with none, and where there is no
//! operating system; and whoever stops at a floor of the crates above it builds that without a warning.

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use crate::report::Report;
use crate::{process, workspace};

const PACKAGE: &str = "jumio-model";
/// What somebody may take of the other crates, by its features. All tests have all of them, so only this sees what is of no use
/// to one floor alone.
const FLOORS: &[(&str, &str)] = &[
    ("jumio-transport", ""),
    // With a crypto provider of the caller's own.
    ("jumio-transport", "reqwest-0-13"),
    ("jumio-auth", ""),
    ("jumio-flow", ""),
    ("jumio-callback", ""),
    ("jumio-store", "sqlite"),
    ("jumio-store", "postgres"),
];
/// A target without files, sockets or threads.
const BARE: &str = "wasm32-unknown-unknown";

pub(super) fn check() -> Result<Report> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let package = metadata.packages.iter().find(|package| package.name == PACKAGE);
    let mut features: Vec<&str> =
        package.into_iter().flat_map(|package| package.features.keys()).map(String::as_str).collect();
    features.retain(|name| *name != "default");
    let mut report =
        Report { summary: format!("{PACKAGE} with {} features, each alone", features.len()), ..Report::default() };

    builds(PACKAGE, &[], &mut report);
    for feature in &features {
        builds(PACKAGE, &["--features", feature], &mut report);
    }
    for (package, features) in FLOORS {
        builds(package, &["--features", features], &mut report);
    }
    report.summary.push_str(&format!(", and {} floors above", FLOORS.len()));
    encrypts_with_the_callers_code(&mut report);
    if is_installed(BARE) {
        builds(PACKAGE, &["--target", BARE, "--all-features"], &mut report);
        report.summary.push_str(&format!(", and for {BARE}"));
    } else {
        report.notes.push(format!("NOT BUILT for {BARE}, which is not installed; `rustup target add {BARE}` adds it"));
    }
    Ok(report)
}

/// Clippy, because its flags are for our own crates alone: what is built of others serves all of these.
fn builds(package: &str, arguments: &[&str], report: &mut Report) {
    let mut command = process::cargo();
    command.args(["clippy", "--quiet", "--package", package, "--lib", "--no-default-features"]).args(arguments);
    // An import that only one feature uses is a warning without it.
    if let Err(error) = process::output(command.args(["--", "-D", "warnings"])) {
        report.problems.push(format!("{error:#}"));
    }
}

/// All tests together bring a crypto provider of their own, so that of the process is tried here alone.
fn encrypts_with_the_callers_code(report: &mut Report) {
    let mut command = process::cargo();
    command.args(["test", "--quiet", "--package", "jumio-transport", "--no-default-features"]);
    if let Err(error) = process::output(command.args(["--features", "reqwest-0-13", "--test", "own_provider"])) {
        report.problems.push(format!("{error:#}"));
    }
}

fn is_installed(target: &str) -> bool {
    let found = process::output(process::at_root("rustc").args(["--print", "target-libdir", "--target", target]));
    found.is_ok_and(|folder| std::path::Path::new(folder.trim()).is_dir())
}
