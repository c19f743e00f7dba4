//! The generated OpenAPI document and JSON Schemas, judged by validators that others wrote, and every fixture by its schema.
//!
//! The validators are Python packages of fixed versions, installed under the target folder.

use anyhow::Result;

use super::python;
use crate::{codegen, process};

const SCRIPT: &str = "xtask/src/test/schemas.py";

/// What the simulator's control API is, by its own document.
const CONTROL: &str = "docs/reference/simulator/control.json";

const PACKAGES: &[&str] = &["jsonschema==4.26.0", "openapi-spec-validator==0.9.0"];

pub(super) fn run() -> Result<()> {
    let python = python::with(PACKAGES, "jsonschema, openapi_spec_validator")?;
    let mut script = process::at_root(&python);
    process::run(script.args([SCRIPT, codegen::SCHEMAS, "fixtures", CONTROL]))
}
