//! What needs a browser: the tests of the simulator's pages and their pictures for the book. Chromium and axe-core are
//! installed where we may, and named where we may not.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use cargo_metadata::MetadataCommand;

use crate::process;
use crate::test::install;
use crate::workspace;

const PACKAGE: &str = "jumio-browser-tests";

/// Where the pictures are, from the root.
const PICTURES: &str = "docs/images";

/// The accessibility rules. One version, so that a new rule is a change of ours and no surprise in CI.
const AXE: &str = "axe-core@4.14.1";
/// Tells the tests where its script is.
const AXE_VARIABLE: &str = "JUMIO_AXE_CORE";

/// Runs the tests.
pub(crate) fn test() -> Result<()> {
    install_chromium()?;
    let axe = install_axe()?;
    // Each test has a browser of its own; more of them than processors would only wait for each other.
    let mut tests = process::cargo();
    tests.env(AXE_VARIABLE, axe);
    tests.args(["test", "--package", PACKAGE, "--all-features", "--tests", "--no-fail-fast", "--", "--test-threads=2"]);
    process::run(&mut tests)
}

/// Takes the pictures anew.
pub(crate) fn screenshots() -> Result<()> {
    install_chromium()?;
    let mut program = process::cargo();
    program.args(["run", "--package", PACKAGE, "--all-features", "--bin", "screenshots", "--", PICTURES]);
    process::run(&mut program)
}

fn install_chromium() -> Result<()> {
    // The fonts, because a minimal system has none and the pages are shown in Latin and Arabic letters.
    install::ensure(&["chromium", "--version"], &["chromium", "fonts-dejavu-core"])?;
    install::ensure(&["chromedriver", "--version"], &["chromium-driver"])
}

/// Fetches the script into the target folder, where it stays, and says where it is.
fn install_axe() -> Result<OsString> {
    let folder = folder()?;
    let script = folder.join("node_modules/axe-core/axe.min.js");
    let manifest = std::fs::read_to_string(folder.join("node_modules/axe-core/package.json")).unwrap_or_default();
    let version = AXE.rsplit('@').next().unwrap_or_default();
    if !manifest.contains(&format!("\"version\": \"{version}\"")) || !script.is_file() {
        install::ensure(&["npm", "--version"], &["npm"])?;
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut npm = process::at_root("npm");
        npm.args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]);
        process::run(npm.arg(&folder).arg(AXE))?;
    }
    Ok(script.into_os_string())
}

fn folder() -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    Ok(metadata.target_directory.join("browser").into_std_path_buf())
}
