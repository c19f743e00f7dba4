//! A Python of our own with packages of fixed versions, under the target folder.

use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use super::install;
use crate::{process, workspace};

/// The Python that has these packages: as left by an earlier run, or made now. `imports` is what they are called in code.
///
/// The name of the folder changes with the versions, so that an older one is never taken for it.
pub(super) fn with(packages: &[&str], imports: &str) -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let folder =
        metadata.target_directory.join("tools").join(packages.join("-").replace("==", "-")).into_std_path_buf();
    let python = folder.join("bin").join("python");
    if has(&python, imports) {
        return Ok(python);
    }
    // Debian's python3 comes without what `venv` needs.
    install::ensure(&["python3", "-c", "import ensurepip, venv"], &["python3", "python3-venv"])?;
    process::run(process::at_root("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = process::at_root(folder.join("bin").join("pip"));
    process::run(pip.args(["install", "--quiet", "--only-binary", ":all:"]).args(packages))?;
    Ok(python)
}

fn has(python: &Path, imports: &str) -> bool {
    let mut command = process::at_root(python);
    command.args(["-c", &format!("import {imports}")]);
    command.output().is_ok_and(|output| output.status.success())
}
