//! `cargo xtask check requirements`: every promise of `xtask/requirements.toml` is held by a test that names it, and the page of
//! the book says by which. Whether the tests pass is not this check's business.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::report::Report;
use crate::workspace;

const LIST: &str = "xtask/requirements.toml";
pub(crate) const PAGE: &str = "docs/reference/requirements.md";
const MARK: &str = "/// Proves ";

/// Promised and not yet proved: each is a gap that is known. An entry that has a test is refused.
const NOT_YET: &[&str] = &[];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    requirement: Vec<Requirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    what: String,
    number: String,
}

/// Compares, or with `write` writes the page.
pub(super) fn check(write: bool) -> Result<Report> {
    let list: List = toml::from_str(&workspace::read(LIST)?).with_context(|| format!("cannot read {LIST}"))?;
    let mut report = Report::default();
    let mut proofs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in workspace::files()? {
        // This file speaks of the mark.
        let is_source = path.extension().is_some_and(|extension| extension == "rs") && !path.starts_with("xtask");
        if is_source {
            for proof in proofs_in(&path, &workspace::read(&path)?, &mut report) {
                proofs.entry(proof.id).or_default().insert(proof.by);
            }
        }
    }
    let known: BTreeSet<&str> = list.requirement.iter().map(|requirement| requirement.id.as_str()).collect();
    for (id, by) in proofs.iter().filter(|(id, _)| !known.contains(id.as_str())) {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        report.problems.push(format!("{} proves {id}, which {LIST} does not have", by.join(", ")));
    }
    report.problems.extend(gaps(&list.requirement, &proofs, NOT_YET));
    let page = page(&list.requirement, &proofs);
    if write {
        std::fs::write(workspace::root().join(PAGE), &page).with_context(|| format!("cannot write {PAGE}"))?;
    } else if workspace::read(PAGE).unwrap_or_default() != page {
        report.problems.push(format!("{PAGE} is not up to date; run `cargo xtask check requirements --write`"));
    }
    report.summary = format!("{} of {} promises have a test", list.requirement.len() - NOT_YET.len(), known.len());
    Ok(report)
}

struct Proof {
    id: String,
    by: String,
}

/// The proofs that a file names, each with the function below it.
fn proofs_in(path: &Path, text: &str, report: &mut Report) -> Vec<Proof> {
    let mut proofs = Vec::new();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(ids) = line.strip_prefix(MARK) else { continue };
        let place = format!("{}:{}", path.display(), at + 1);
        let below = lines.get(at + 1..).unwrap_or_default();
        // Between the mark and the function stand more comments and the attributes, one of which makes it a test.
        let head = below.iter().take_while(|line| line.starts_with("///") || line.starts_with('#'));
        let is_test = head.clone().any(|line| line.starts_with("#[") && line.contains("test"));
        let is_bench = path.starts_with("crates/jumio-devtools");
        let name = below.get(head.count()).and_then(|line| function(line));
        let Some(name) = name.filter(|_| is_test || is_bench) else {
            report.problems.push(format!("{place}: no test or benchmark stands below `{line}`"));
            continue;
        };
        let by = format!("{}: {name}", path.display()).replace('\\', "/");
        for id in ids.trim_end_matches('.').split(',').map(str::trim) {
            proofs.push(Proof { id: id.to_owned(), by: by.clone() });
        }
    }
    proofs
}

fn function(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("fn ")?;
    rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().filter(|name| !name.is_empty())
}

fn gaps(list: &[Requirement], proofs: &BTreeMap<String, BTreeSet<String>>, not_yet: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for Requirement { id, what, .. } in list {
        match (proofs.contains_key(id), not_yet.contains(&id.as_str())) {
            (false, false) => found.push(format!("{id} ({what}) has no test; write one, with `{MARK}{id}.` above it")),
            (true, true) => found.push(format!("{id} has a test by now; take it out of NOT_YET")),
            _ => {}
        }
    }
    found
}

fn page(list: &[Requirement], proofs: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut page = "<!-- Written by `cargo xtask check requirements --write` from xtask/requirements.toml. -->\n\n\
        # What is promised, and what proves it\n\n\
        A proof is a test or a benchmark in this repository; `cargo xtask check requirements` fails on a promise without \
        one.\n\n| id | promise | number | proved by |\n|---|---|---|---|\n"
        .to_owned();
    for Requirement { id, what, number } in list {
        let by: Vec<String> = proofs.get(id).into_iter().flatten().map(|by| format!("`{by}`")).collect();
        let by = if by.is_empty() { "nothing yet".to_owned() } else { by.join("<br>") };
        page.push_str(&format!("| {id} | {what} | {number} | {by} |\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Requirement, gaps, proofs_in};
    use crate::report::Report;

    fn found(text: &str) -> (Vec<(String, String)>, usize) {
        let mut report = Report::default();
        let proofs = proofs_in(Path::new("crates/a/src/b.rs"), text, &mut report);
        (proofs.into_iter().map(|proof| (proof.id, proof.by)).collect(), report.problems.len())
    }

    #[test]
    fn a_mark_stands_above_a_test() {
        let text =
            "    /// Proves A1, R2.\n    /// More.\n    #[tokio::test(start_paused = true)]\n    async fn herd() {";
        let by = "crates/a/src/b.rs: herd".to_owned();
        assert_eq!(found(text), (vec![("A1".to_owned(), by.clone()), ("R2".to_owned(), by)], 0));
        for wrong in ["/// Proves A1.\nfn no_test() {", "/// Proves A1.\n#[test]\nstruct X;", "/// Proves A1."] {
            assert_eq!(found(wrong), (Vec::new(), 1), "{wrong}");
        }
    }

    #[test]
    fn a_promise_without_a_test_is_found() {
        let list = [Requirement { id: "A1".to_owned(), what: "herd".to_owned(), number: "1".to_owned() }];
        let proofs = [("A1".to_owned(), ["x".to_owned()].into())].into();
        assert_eq!(gaps(&list, &Default::default(), &[]).len(), 1);
        assert_eq!(gaps(&list, &proofs, &["A1"]).len(), 1);
        assert!(gaps(&list, &proofs, &[]).is_empty() && gaps(&list, &Default::default(), &["A1"]).is_empty());
    }
}
