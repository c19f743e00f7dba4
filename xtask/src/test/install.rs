//! What a group needs beyond Rust: installed where we may, named where we may not.

use anyhow::{Result, bail};

use crate::process;

/// Makes sure that something is there, which `probe` finds out by succeeding.
///
/// In CI, and for root on a system with `apt-get`, it is installed. A person's machine is left alone: there the command
/// is printed and the group fails, since a test that skips itself proves nothing.
pub(crate) fn ensure(probe: &[&str], debian_packages: &[&str]) -> Result<()> {
    if process::succeeds(probe) {
        return Ok(());
    }
    let packages = debian_packages.join(" ");
    let has_apt = process::succeeds(&["apt-get", "--version"]);
    if !has_apt || !may() {
        let sudo = if has_apt { "sudo " } else { "" };
        bail!(
            "{packages} is not installed; `{sudo}apt-get update && {sudo}apt-get install -y {packages}` does it on a \
             Debian-like system, then run this again"
        );
    }
    let apt = || {
        let mut command = if is_root() { process::at_root("apt-get") } else { process::at_root("sudo") };
        if !is_root() {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    process::run(apt().args(["update", "--quiet"]))?;
    process::run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(debian_packages))?;
    if !process::succeeds(probe) {
        bail!("`{}` fails although {packages} was installed", probe.join(" "));
    }
    Ok(())
}

/// Whether this machine is ours to install things on.
pub(crate) fn may() -> bool {
    in_ci() || is_root()
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

pub(crate) fn is_root() -> bool {
    process::output(process::at_root("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
