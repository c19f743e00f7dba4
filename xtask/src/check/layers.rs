//! `cargo xtask check layers`: who may depend on whom, and what no floor may drag in.
//!
//! The edges are those of `docs/architecture.md`, "The floors". The crates' own features and budgets are in `rules`, the
//! whole of what the paved path builds in `budget`.

mod budget;
mod edges;
mod rules;

use anyhow::Result;

use crate::report::Report;

/// The edges between our crates, the trees below them, and how large they are.
pub(super) fn check() -> Result<Report> {
    let mut report = Report::default();
    let crates = edges::read()?;
    report.problems.extend(edges::violations(&crates));
    let looked_at = rules::check(&mut report.problems)?;
    let budgets = budget::check(&mut report.problems)?;
    report.summary = format!("{} crates, {looked_at} dependency trees, {}", crates.len(), budgets.join(", "));
    Ok(report)
}
