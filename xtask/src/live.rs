//! `cargo xtask live`: one Doc Proof against a real tenant, which writes down what it settles of the open questions.
//! `live/probe.py` does it, with none of our types; here it is started.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use crate::process;

const SCRIPT: &str = "xtask/src/live/probe.py";

/// The script, to be given its arguments.
pub(crate) fn command() -> Command {
    let mut command = process::at_root("python3");
    command.arg(SCRIPT);
    command
}

/// `cargo xtask live …`, with the credentials of the environment.
pub(crate) fn run(args: &[OsString]) -> Result<()> {
    process::run(command().args(args))
}
