//! `cargo xtask check fixtures`: every fixture is in the index, the index names nothing else, and JSON parses.
//!
//! It also looks through every file of the repository for secrets ([`secrets`]) and people ([`personal`]).
//!
//! Whether a type reads a fixture without losing anything is tested in `jumio-model`.

mod personal;
mod secrets;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::report::Report;
use crate::workspace;

const FOLDER: &str = "fixtures";
const INDEX: &str = "fixtures/index.toml";
const SOURCES: &str = "fixtures/vocabulary/sources.json";

/// Folders whose files explain themselves: tables with a source in every row, scripts, documents to upload, and what is
/// broken on purpose.
const NOT_INDEXED: &[&str] = &["vocabulary", "scenarios", "documents", "hostile"];

/// Folders that say how sure we are of what is in them.
const BY_CONFIDENCE: &[(&str, Confidence)] = &[
    ("documented/", Confidence::Documented),
    ("observed/", Confidence::Observed),
    ("inferred/", Confidence::Inferred),
    ("weak/", Confidence::Weak),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    file: Vec<Entry>,
}

/// One fixture. `index.toml` explains the fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    endpoint: String,
    direction: Direction,
    r#type: String,
    source: String,
    date: Option<String>,
    confidence: Confidence,
    mended: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Request,
    Reply,
    Callback,
    Redirect,
    Message,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Confidence {
    Documented,
    Observed,
    Inferred,
    Weak,
}

#[derive(Deserialize)]
struct Source {
    id: String,
}

/// The whole check.
pub(super) fn check() -> Result<Report> {
    let index: Index = toml::from_str(&workspace::read(INDEX)?).with_context(|| format!("cannot read {INDEX}"))?;
    let sources: Vec<Source> =
        serde_json::from_str(&workspace::read(SOURCES)?).with_context(|| format!("cannot read {SOURCES}"))?;
    let sources: BTreeSet<String> = sources.into_iter().map(|source| source.id).collect();
    let files = workspace::files()?;
    let present: BTreeSet<String> = files
        .iter()
        .filter_map(|path| path.strip_prefix(FOLDER).ok())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .collect();

    let mut report = Report::default();
    report.problems.extend(compare(&index.file, &present));
    for entry in &index.file {
        report.problems.extend(entry.problems(&sources));
    }
    for path in present.iter().filter(|path| path.ends_with(".json") && !path.starts_with("hostile/")) {
        if let Err(error) = parses(&Path::new(FOLDER).join(path)) {
            report.problems.push(format!("{FOLDER}/{path} is not JSON: {error:#}"));
        }
    }
    let mut looked_at = 0;
    for path in files.iter().filter(|path| *path != Path::new("Cargo.lock")) {
        // Of what is not text (a PDF, an image) the pieces that are.
        if let Ok(bytes) = std::fs::read(workspace::root().join(path)) {
            looked_at += 1;
            let text = String::from_utf8_lossy(&bytes);
            secrets::check(path, &text, &mut report);
            personal::check(path, &text, &mut report);
        }
    }
    report.summary =
        format!("{} fixtures in the index, no secret and no person in {looked_at} files", index.file.len());
    Ok(report)
}

/// Files that are not in the index, and entries that are no file or come twice.
fn compare(index: &[Entry], present: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut listed = BTreeSet::new();
    for entry in index {
        if !listed.insert(entry.path.as_str()) {
            found.push(format!("{INDEX} lists {} twice; keep one entry", entry.path));
        }
        if !present.contains(&entry.path) {
            found.push(format!("{INDEX} lists {}, which is not there; add the file or drop the entry", entry.path));
        }
    }
    for path in present.iter().filter(|path| belongs_in_the_index(path)) {
        if !listed.contains(path.as_str()) {
            found.push(format!("{FOLDER}/{path} is not in {INDEX}; say there what it is and where it comes from"));
        }
    }
    found
}

fn belongs_in_the_index(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| !NOT_INDEXED.contains(&folder))
}

impl Entry {
    fn problems(&self, sources: &BTreeSet<String>) -> Vec<String> {
        let mut found = Vec::new();
        let mut problem = |text: String| found.push(format!("{INDEX}: {}: {text}", self.path));
        for (field, text) in [("endpoint", &self.endpoint), ("type", &self.r#type), ("source", &self.source)] {
            if text.trim().is_empty() {
                problem(format!("{field} is empty"));
            }
        }
        for (field, text) in [("mended", &self.mended), ("note", &self.note)] {
            if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                problem(format!("{field} is empty; fill it in, or leave it out"));
            }
        }
        let source = self.source.split(',').next().unwrap_or_default().trim();
        if !sources.contains(source) {
            problem(format!("{source:?} is no id of {SOURCES}"));
        }
        if let Some(date) = self.date.as_ref().filter(|date| !is_date(date)) {
            problem(format!("{date:?} is not a date like 2025-06-17, 2025-06 or 2025"));
        }
        let folder = BY_CONFIDENCE.iter().find(|(folder, _)| self.path.starts_with(folder));
        if let Some((folder, expected)) = folder.filter(|(_, expected)| *expected != self.confidence) {
            problem(format!("is called {:?} and lies in {folder}, which holds what is {expected:?}", self.confidence));
        }
        let stem = match self.direction {
            Direction::Request => "request",
            Direction::Reply => "reply",
            Direction::Callback => "callback",
            Direction::Redirect => "redirect",
            Direction::Message => "message",
        };
        if folder.is_some() && !self.path.contains(stem) {
            problem(format!("a {stem} is expected to have {stem:?} in its path"));
        }
        found
    }
}

/// `YYYY-MM-DD`, or the first pieces of it, as far as a typing error goes.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |(part, length): (&&str, usize)| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() <= 3 && parts.iter().zip([4, 2, 2]).all(digits)
}

fn parses(path: &Path) -> Result<()> {
    let _: serde::de::IgnoredAny = serde_json::from_str(&workspace::read(path)?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Index, compare, is_date};

    fn index(paths: &[&str]) -> Index {
        let text: String = paths
            .iter()
            .map(|path| {
                format!(
                    "[[file]]\npath = {path:?}\nendpoint = \"token\"\ndirection = \"reply\"\ntype = \"T\"\n\
                     source = \"nowhere, page 1\"\ndate = \"2025-06-17\"\nconfidence = \"documented\"\n"
                )
            })
            .collect();
        toml::from_str(&text).unwrap()
    }

    fn present(paths: &[&str]) -> BTreeSet<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn the_index_and_the_folder_must_agree() {
        let listed = index(&["documented/a/reply.json"]);
        let there = ["documented/a/reply.json", "README.md", "index.toml", "vocabulary/x.json"];
        assert!(compare(&listed.file, &present(&there)).is_empty());
        assert_eq!(compare(&listed.file, &present(&["documented/b/reply.json"])).len(), 2);
        let twice = index(&["documented/a/reply.json", "documented/a/reply.json"]);
        assert_eq!(compare(&twice.file, &present(&there)).len(), 1);
    }

    #[test]
    fn an_entry_with_gaps_is_refused() {
        let listed = index(&["documented/a/other.json"]);
        let entry = listed.file.first().unwrap();
        let found = entry.problems(&present(&["somewhere"]));
        assert!(found.iter().any(|text| text.contains("\"nowhere\" is no id")), "{found:?}");
        assert!(found.iter().any(|text| text.contains("in its path")), "{found:?}");
        let misplaced = index(&["inferred/a/reply.json"]);
        let found = misplaced.file.first().unwrap().problems(&present(&["nowhere"]));
        assert!(found.iter().any(|text| text.contains("lies in inferred/")), "{found:?}");
        for good in ["2025-06-17", "2025-06", "2025"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["2025-6-17", "", "2025-06-17-01", "17.6.2025"] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
