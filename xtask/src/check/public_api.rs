//! `cargo xtask check public-api`: the public items of the model are those of a committed list, so that a reviewer reads in
//! the diff what a change does to users.
//!
//! rustdoc tells the items, and only a nightly one writes them down in a form for programs. The form changes from nightly to
//! nightly, so one is named here, together with the crate that reads it (`public-api` in the root's Cargo.toml).

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use crate::report::Report;
use crate::{devtools, process, workspace};

const PACKAGE: &str = "jumio-model";
const LIST: &str = "docs/reference/public-api/jumio-model.txt";
/// The named one, and whatever nightly there is.
const TOOLCHAINS: &[&str] = &["nightly-2026-05-20", "nightly"];
const COMMAND: &str = "cargo xtask check public-api --bless";

/// Compares, or with `bless` writes.
pub(super) fn check(bless: bool) -> Result<Report> {
    let mut report = Report::default();
    let Some(toolchain) = TOOLCHAINS.iter().find(|toolchain| has(toolchain)) else {
        report.notes.push(format!(
            "NOT CHECKED, there is no nightly Rust; `rustup toolchain install {} --profile minimal` installs it",
            TOOLCHAINS.first().copied().unwrap_or_default()
        ));
        report.summary = "nothing".to_owned();
        return Ok(report);
    };
    let found = list(toolchain)?;
    let listed = workspace::read(LIST).unwrap_or_default();
    report.summary = format!("{} items", found.lines().count());
    if found == listed {
        return Ok(report);
    }
    if bless {
        let file = workspace::root().join(LIST);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, found)?;
        println!("public-api: {LIST} is written; the diff shows what changes for users");
        return Ok(report);
    }
    let missing = |one: &str, other: &str, sign: &str| -> Vec<String> {
        let known: std::collections::BTreeSet<&str> = other.lines().collect();
        one.lines().filter(|line| !known.contains(line)).take(20).map(|line| format!("  {sign} {line}")).collect()
    };
    let mut lines = missing(&listed, &found, "-");
    lines.extend(missing(&found, &listed, "+"));
    report.problems.push(format!(
        "the public items are not those of {LIST}; if this is meant, run `{COMMAND}`:\n{}",
        lines.join("\n")
    ));
    Ok(report)
}

fn has(toolchain: &str) -> bool {
    process::succeeds(&["rustup", "run", toolchain, "rustdoc", "--version"])
}

fn list(toolchain: &str) -> Result<String> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    // A folder of its own: another compiler would make the ordinary one stale.
    let folder = metadata.target_directory.join("public-api");
    let mut rustdoc = process::at_root("rustup");
    rustdoc.args(["run", toolchain, "cargo", "rustdoc", "--quiet", "--package", PACKAGE, "--lib", "--all-features"]);
    rustdoc.arg("--target-dir").arg(&folder).args(["--", "-Z", "unstable-options", "--output-format", "json"]);
    // What this task's own cargo set would win over the toolchain.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        rustdoc.env_remove(variable);
    }
    process::output(&mut rustdoc)?;
    let json = folder.join("doc").join(format!("{}.json", PACKAGE.replace('-', "_")));
    process::output(devtools::command(false).arg("public-api").arg(json))
}
