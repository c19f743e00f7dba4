//! `cargo xtask check tidy`: small rules that keep the tree readable, for every file of the repository.

mod manifests;
mod rust;
mod text;

use std::path::Path;

use anyhow::Result;

use crate::report::Report;
use crate::workspace;

/// Applies every rule to every file.
pub(super) fn check() -> Result<Report> {
    let mut report = Report::default();
    let files = workspace::files()?;
    let mut looked_at = 0;
    for path in &files {
        // What is not text (a PDF, an image) has no lines to be tidy.
        let Ok(content) = std::fs::read_to_string(workspace::root().join(path)) else { continue };
        if content.contains('\0') || exempt(path) {
            continue;
        }
        looked_at += 1;
        text::check(path, &content, &mut report);
        if path.extension().is_some_and(|extension| extension == "rs") {
            rust::check(path, &content, &mut report);
        }
        if path.file_name().is_some_and(|name| name == "Cargo.toml") {
            manifests::check(path, &content, &mut report)?;
        }
    }
    report.summary = format!("{looked_at} text files");
    Ok(report)
}

/// Files that others write: cargo's lock file, real documents.
fn exempt(path: &Path) -> bool {
    path == Path::new("Cargo.lock") || path.starts_with("fixtures/documents")
}
