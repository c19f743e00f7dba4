//! Any JSON at all: it reads or fails with a place, it never panics, and what reads is written back as it came.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use serde_json::{Map, Value};
use support::{KINDS, index, raw, read};

/// The names of all members of all fixtures: what a random object must have to get anywhere.
fn names() -> Vec<String> {
    fn collect(json: &Value, names: &mut Vec<String>) {
        match json {
            Value::Object(members) => {
                for (name, value) in members {
                    names.push(name.clone());
                    collect(value, names);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| collect(value, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    for fixture in index().iter().filter(|fixture| fixture.is_json()) {
        collect(&serde_json::from_str(&fixture.text()).unwrap(), &mut names);
    }
    names.sort();
    names.dedup();
    names
}

fn any_json(names: Vec<String>) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["PASSED", "PROCESSED", "10170", "DOCUMENT", "2025-06-17T08:35:55.121Z"])
            .prop_map(Value::from),
    ];
    let name = prop_oneof![8 => prop::sample::select(names), 1 => "\\PC{0,8}"];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Puts a value into a place of a fixture, chosen by a number.
fn graft(json: &mut Value, at: usize, value: Value) {
    fn count(json: &Value) -> usize {
        1 + match json {
            Value::Object(members) => members.values().map(count).sum(),
            Value::Array(list) => list.iter().map(count).sum(),
            _ => 0,
        }
    }
    fn put(json: &mut Value, at: &mut usize, value: &Value) -> bool {
        if *at == 0 {
            *json = value.clone();
            return true;
        }
        *at -= 1;
        match json {
            Value::Object(members) => members.values_mut().any(|member| put(member, at, value)),
            Value::Array(list) => list.iter_mut().any(|element| put(element, at, value)),
            _ => false,
        }
    }
    let mut at = at % count(json);
    assert!(put(json, &mut at, &value));
}

fn reads_or_says_where(kind: &str, text: &str) -> Result<(), TestCaseError> {
    match raw(kind, text.as_bytes()) {
        Ok(written) => {
            prop_assert_eq!(&written, text.trim_matches([' ', '\n', '\t', '\r']), "{} is written otherwise", kind);
            // What the typed value writes reads again, and as the same.
            let typed = read(kind, text.as_bytes()).unwrap().typed;
            let again = read(kind, typed.to_string().as_bytes());
            prop_assert_eq!(again.map(|read| read.typed), Ok(typed), "{} reads its own writing otherwise", kind);
        }
        Err(error) => {
            prop_assert!(!error.is_not_json(), "{kind}: {error}");
            prop_assert!(error.line() > 0 || !error.path().is_empty(), "{kind}: {error} does not say where");
            prop_assert!(!error.to_string().contains('\n'), "{kind}: {error}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_reads_or_says_where(json in any_json(names())) {
        let text = json.to_string();
        for kind in KINDS {
            reads_or_says_where(kind, &text)?;
        }
    }

    #[test]
    fn any_value_anywhere_in_a_fixture(json in any_json(names()), which in any::<prop::sample::Index>(), at in any::<usize>()) {
        let fixtures: Vec<_> = index().into_iter().filter(|fixture| fixture.is_json() && fixture.kind != "Problem").collect();
        let fixture = which.get(&fixtures);
        let mut changed: Value = serde_json::from_str(&fixture.text()).unwrap();
        graft(&mut changed, at, json);
        reads_or_says_where(&fixture.kind, &changed.to_string())?;
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in KINDS {
            let _ = raw(kind, &bytes);
        }
        let _ = jumio_model::Problem::read(&bytes);
    }
}
