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

/// What the first release promises, so that no promise gets lost with its row.
const FIRST: &[(&str, &str)] = &[
    ("A", "1 2 4 5 6 7 8 9"),
    ("R", "1 2 3 4 5 6 7 8 9 10 12"),
    ("S", "1 2 3 4 5 6 10"),
    ("P", "1 2 3 4 5 7 9"),
    ("U", "1 2 3 6"),
    ("M", "4"),
    ("C", "1 2 3 4 7 10"),
    ("F", "1 2 4 6"),
    ("B", "1"),
];

/// Promises that are held in more than one place: each of the places needs a test.
const PLACES: &[(&str, &[&str])] = &[("R9", &["crates/jumio-auth/", "crates/jumio-flow/", "crates/jumio-cli/"])];

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
    report.problems.extend(lost(&list.requirement));
    report.problems.extend(unproved_places(&proofs));
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
        let is_test = head.clone().any(|line| is_test(line)) && !head.clone().any(|line| line.contains("ignore"));
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

/// Whether an attribute makes a test of a function: `#[test]`, `#[tokio::test(…)]` and the like.
fn is_test(line: &str) -> bool {
    let name = line.strip_prefix("#[").and_then(|rest| rest.split(['(', ']']).next());
    name.is_some_and(|name| name == "test" || name.ends_with("::test"))
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

/// Promises of the first release that the list does not have any more.
fn lost(list: &[Requirement]) -> Vec<String> {
    let ids =
        FIRST.iter().flat_map(|(letter, numbers)| numbers.split(' ').map(move |number| format!("{letter}{number}")));
    ids.filter(|id| !list.iter().any(|requirement| requirement.id == *id))
        .map(|id| format!("{LIST} has no {id}, which the first release promises"))
        .collect()
}

/// Places of [`PLACES`] in which nothing proves the promise.
fn unproved_places(proofs: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let unproved = |(id, places): &(&str, &[&str])| {
        let by = proofs.get(*id).cloned().unwrap_or_default();
        let bare = places.iter().filter(|place| !by.iter().any(|by| by.starts_with(**place)));
        bare.map(|place| format!("{id} has no test in {place}")).collect::<Vec<_>>()
    };
    PLACES.iter().flat_map(unproved).collect()
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
        for wrong in [
            "/// Proves A1.\nfn no_test() {",
            "/// Proves A1.\n#[test]\nstruct X;",
            "/// Proves A1.",
            "/// Proves A1.\n#[cfg(test)]\nfn helper() {",
            "/// Proves A1.\n#[test]\n#[ignore]\nfn never_run() {",
            "/// Proves A1.\n#[tokio::test]\n#[ignore = \"slow\"]\nasync fn never_run() {",
            "/// Proves A1.\n#[cfg_attr(slow, ignore)]\n#[test]\nfn seldom_run() {",
        ] {
            assert_eq!(found(wrong), (Vec::new(), 1), "{wrong}");
        }
    }

    #[test]
    fn a_promise_that_was_dropped_is_missed() {
        let row = |id: String| Requirement { id, what: String::new(), number: String::new() };
        let all: Vec<Requirement> = super::FIRST
            .iter()
            .flat_map(|(letter, numbers)| numbers.split(' ').map(move |number| row(format!("{letter}{number}"))))
            .collect();
        assert!(super::lost(&all).is_empty());
        assert_eq!(super::lost(&all[1..]).len(), 1);
    }

    #[test]
    fn a_promise_of_many_places_is_proved_in_each() {
        let by = |by: &[&str]| [("R9".to_owned(), by.iter().map(|by| (*by).to_owned()).collect())].into();
        let everywhere = ["crates/jumio-auth/x", "crates/jumio-flow/x", "crates/jumio-cli/x"];
        assert!(super::unproved_places(&by(&everywhere)).is_empty());
        assert_eq!(super::unproved_places(&by(&everywhere[..2])), ["R9 has no test in crates/jumio-cli/"]);
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
