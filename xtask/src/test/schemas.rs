//! The generated OpenAPI document and JSON Schemas, judged by validators that others wrote, and every fixture by its schema.
//!
//! The validators are Python packages of fixed versions, installed under the target folder.

use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use super::install;
use crate::{codegen, process, workspace};

const SCRIPT: &str = "xtask/src/test/schemas.py";

/// The name of the folder changes with the versions, so that an older one is never taken for it.
const PACKAGES: &[&str] = &["jsonschema==4.26.0", "openapi-spec-validator==0.9.0"];

pub(super) fn run() -> Result<()> {
    let python = installed()?;
    let mut script = process::at_root(&python);
    process::run(script.args([SCRIPT, codegen::SCHEMAS, "fixtures"]))
}

/// The Python that has the packages: as left by an earlier run, or made now.
fn installed() -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let folder =
        metadata.target_directory.join("tools").join(PACKAGES.join("-").replace("==", "-")).into_std_path_buf();
    let python = folder.join("bin").join("python");
    if has_packages(&python) {
        return Ok(python);
    }
    // Debian's python3 comes without what `venv` needs.
    install::ensure(&["python3", "-c", "import ensurepip, venv"], &["python3", "python3-venv"])?;
    process::run(process::at_root("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = process::at_root(folder.join("bin").join("pip"));
    process::run(pip.args(["install", "--quiet", "--only-binary", ":all:"]).args(PACKAGES))?;
    Ok(python)
}

fn has_packages(python: &Path) -> bool {
    let mut command = process::at_root(python);
    command.args(["-c", "import jsonschema, openapi_spec_validator"]);
    command.output().is_ok_and(|output| output.status.success())
}
