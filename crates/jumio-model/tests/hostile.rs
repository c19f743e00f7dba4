//! Bodies that are wrong on purpose: each gives exactly the error or the value that `fixtures/hostile` says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use jumio_model::{Problem, WebRedirect};
use serde::Deserialize;
use serde_json::Value;
use support::{KINDS, fixtures, raw, read};

/// One table: the bodies of one type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// `README.md` beside the tables explains the members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    body: Option<String>,
    hex: Option<String>,
    error: Option<String>,
    value: Option<String>,
    text: Option<String>,
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        match (&self.body, &self.hex) {
            (Some(body), None) => grown(body).into_bytes(),
            (None, Some(hex)) => {
                let digits: Vec<u8> =
                    hex.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
                digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
            }
            _ => panic!("{}: either body or hex", self.name),
        }
    }
}

/// Replaces `@nest(N)`, `@digits(N)` and `@spaces(N)` by what they stand for.
fn grown(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('@') {
        let (call, after) = after.split_once(')').unwrap();
        let (what, count) = call.split_once('(').unwrap();
        let count: usize = count.parse().unwrap();
        out.push_str(before);
        match what {
            "nest" => out.push_str(&("[".repeat(count) + &"]".repeat(count))),
            "digits" => out.push_str(&"9".repeat(count)),
            "spaces" => out.push_str(&" ".repeat(count)),
            other => panic!("nothing is called @{other}"),
        }
        rest = after;
    }
    out + rest
}

fn tables() -> Vec<(String, Table)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(fixtures().join("hostile")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let table = toml::from_str(&std::fs::read_to_string(&path).unwrap());
            found.push((kind.clone(), table.unwrap_or_else(|error| panic!("{kind}: {error}"))));
        }
    }
    found
}

#[test]
fn every_hostile_body_gives_what_is_written() {
    let mut kinds = BTreeSet::new();
    for (kind, table) in tables() {
        for case in &table.case {
            let at = format!("{kind}: {}", case.name);
            let body = case.bytes();
            match kind.as_str() {
                "Problem" => {
                    assert_eq!(Some(Problem::read(&body).to_string()), case.text, "{at}");
                    continue;
                }
                "WebRedirect" => {
                    let redirect = WebRedirect::from_query(&String::from_utf8_lossy(&body));
                    assert_eq!(Some(format!("{redirect:?}")), case.text, "{at}");
                    continue;
                }
                _ => {}
            }
            match (read(&kind, &body), &case.error, &case.value) {
                (Err(error), Some(expected), None) => {
                    assert_eq!(&error.to_string(), expected, "{at}");
                    assert!(error.to_string().len() < 500, "{at}: {error}");
                }
                (Ok(read), None, Some(expected)) => {
                    let expected: Value = serde_json::from_str(expected).unwrap();
                    assert_eq!(read.typed, expected, "{at}");
                    let text = String::from_utf8(body).unwrap();
                    assert_eq!(
                        raw(&kind, text.as_bytes()).unwrap(),
                        text.trim_matches([' ', '\n', '\t', '\r']),
                        "{at}"
                    );
                }
                (Err(error), ..) => panic!("{at}: fails with {error}"),
                (Ok(read), ..) => panic!("{at}: reads as {}", read.typed),
            }
        }
        kinds.insert(kind);
    }
    let expected: BTreeSet<String> =
        KINDS.iter().chain(&["Problem", "WebRedirect"]).map(|kind| (*kind).to_owned()).collect();
    assert_eq!(kinds, expected, "each type has a table");
}
