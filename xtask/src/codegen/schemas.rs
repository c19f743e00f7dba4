//! The JSON Schemas and the OpenAPI document, which `jumio-devtools` makes from the types: xtask depends on no crate of
//! ours, so it runs that program and writes what it prints.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{devtools, process};

/// Where they go: into the book, beside the other reference pages, for readers who do not write Rust. Nothing else lives
/// there.
pub(crate) const FOLDER: &str = "docs/reference/schema";

/// Path, from the root, and content.
pub(super) fn render_all() -> Result<BTreeMap<String, String>> {
    let printed = process::output(devtools::command(false).arg("schemas"))?;
    let files: BTreeMap<String, Value> =
        serde_json::from_str(&printed).context("cannot read what jumio-devtools printed")?;
    files
        .into_iter()
        .map(|(name, content)| Ok((format!("{FOLDER}/{name}"), serde_json::to_string_pretty(&content)? + "\n")))
        .collect()
}
