//! `cargo xtask check simulator`: every behavior of the simulator says where it comes from and how sure that is, and
//! `docs/reference/simulator-behaviors.md` lists them as they stand in the code.

mod behaviors;
mod page;
mod questions;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::report::Report;
use crate::workspace;
use behaviors::Behavior;

const SOURCE: &str = "crates/jumio-simulator/src";
const QUESTIONS: &str = "crates/jumio-simulator/src/variants/questions.rs";
/// The page that this check writes.
pub(crate) const PAGE: &str = "docs/reference/simulator-behaviors.md";

/// Checks the annotations and the page; writes the page where that is wanted.
pub(super) fn check(write: bool) -> Result<Report> {
    let mut report = Report::default();
    let mut all: Vec<(PathBuf, Behavior)> = Vec::new();
    for path in workspace::files()?.into_iter().filter(|path| is_code(path)) {
        let text = workspace::read(&path)?;
        for found in behaviors::read(&text) {
            match found {
                Ok(behavior) => all.push((path.clone(), behavior)),
                Err((line, problem)) => report.problems.push(format!("{}:{line}: {problem}", path.display())),
            }
        }
        // The control API is the simulator's own: nothing of it is told of Jumio.
        if path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("control")) {
            continue;
        }
        for (line, problem) in behaviors::missing(&text) {
            report.problems.push(format!("{}:{line}: {problem}", path.display()));
        }
    }
    let questions = questions::read(&workspace::read(QUESTIONS)?);
    for question in &questions {
        if let Some(problem) = question.problem() {
            report.problems.push(format!("{QUESTIONS}: {}: {problem}", question.name));
        }
    }
    if questions.is_empty() || all.is_empty() {
        report.problems.push(format!("{SOURCE}: no behaviors or no open questions found; did their form change?"));
    }
    let fresh = page::render(&all, &questions);
    if write {
        std::fs::write(workspace::root().join(PAGE), &fresh)?;
    } else if workspace::read(PAGE).ok().as_ref() != Some(&fresh) {
        report.problems.push(format!("{PAGE} is stale; run `cargo xtask check simulator --write`"));
    }
    report.summary = format!("{} behaviors, {} open questions", all.len(), questions.len());
    Ok(report)
}

/// The simulator's own code, without its tests.
fn is_code(path: &Path) -> bool {
    path.starts_with(SOURCE)
        && path.extension().is_some_and(|extension| extension == "rs")
        && !path.ends_with("tests.rs")
}
