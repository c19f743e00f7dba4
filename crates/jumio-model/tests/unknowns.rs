//! Drift is named: what a reply holds that no type knows, with its place, and nothing else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use jumio_model::{AccountReply, Callback, Raw, UnknownKind, WorkflowDetails};
use serde::de::DeserializeOwned;

use UnknownKind::{Member, Shape, Value};

fn unknowns<T: DeserializeOwned>(text: &str) -> Vec<(String, UnknownKind)> {
    let raw: Raw<T> = Raw::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let found = raw.unknowns();
    assert_eq!(raw.unknowns(), found, "asked twice");
    found.into_iter().map(|unknown| (unknown.path().to_owned(), unknown.kind())).collect()
}

/// Details with this beside what must be there.
fn details(members: &str) -> String {
    format!(r#"{{{members},"workflow":{{"id":"w","status":"PROCESSED"}},"account":{{"id":"a"}}}}"#)
}

fn named(expected: &[(&str, UnknownKind)]) -> Vec<(String, UnknownKind)> {
    expected.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect()
}

#[test]
fn what_is_known_is_not_named() {
    let text = details(
        r#""decision":{"type":"PASSED","details":{"label":"any text of a ruleset"},"risk":{"score":0.0}},
        "credentials":[{"id":"c","category":"DOCUMENT","parts":[{"classifier":"1","href":"https://a.example"}]}],
        "capabilities":{"usability":[{"id":"u","decision":{"type":"WARNING"},"credentials":[{"id":"c"}]}]}"#,
    );
    assert_eq!(unknowns::<WorkflowDetails>(&text), []);
}

#[test]
fn each_kind_of_drift_is_named_where_it_is() {
    let cases: &[(&str, &[(&str, UnknownKind)])] = &[
        (r#""new":{"a":[1,{"b":null}]}"#, &[("new", Member)]),
        (r#""decision":{"type":"MAYBE","by":"x"}"#, &[("decision.type", Value), ("decision.by", Member)]),
        (r#""decision":null"#, &[("decision", Shape)]),
        (r#""decision":"PASSED""#, &[("decision", Shape)]),
        (r#""decision":[{"a":1}]"#, &[("decision", Shape)]),
        (r#""decision":{"type":null}"#, &[("decision.type", Shape)]),
        (r#""decision":{"type":""}"#, &[("decision.type", Value)]),
        (r#""decision":{"type":{"x":{"y":1}}}"#, &[("decision.type", Shape)]),
        (r#""decision":{"risk":{"score":"12"}}"#, &[("decision.risk.score", Shape)]),
        (r#""decision":{"risk":{"score":true}}"#, &[("decision.risk.score", Shape)]),
        (
            r#""createdAt":17,"startedAt":null,"completedAt":{}"#,
            &[("createdAt", Shape), ("startedAt", Shape), ("completedAt", Shape)],
        ),
        (r#""rules":null"#, &[("rules", Shape)]),
        (
            r#""credentials":{"id":"one","category":"ID","extra":1}"#,
            &[("credentials", Shape), ("credentials.extra", Member)],
        ),
        (
            r#""credentials":[7,{"id":"c","category":"KIOSK"},{"id":"c","category":"ID","parts":[{"page":1}]}]"#,
            &[("credentials[0]", Shape), ("credentials[1].category", Value), ("credentials[2].parts[0].page", Member)],
        ),
        (r#""capabilities":[]"#, &[("capabilities", Shape)]),
        (
            r#""capabilities":{"usability":null,"liveness":[{"credentials":[{"category":"KIOSK"}]},null]}"#,
            &[
                ("capabilities.usability", Shape),
                ("capabilities.liveness[0].credentials[0].category", Value),
                ("capabilities.liveness[1]", Shape),
            ],
        ),
    ];
    for (members, expected) in cases {
        assert_eq!(unknowns::<WorkflowDetails>(&details(members)), named(expected), "{members}");
    }
}

#[test]
fn a_value_that_is_read_through_an_option_is_named_too() {
    let text = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[{"id":"c","category":"ID",
        "allowedChannels":["API","FAX",3]}]}}"#;
    let raw: Raw<AccountReply> = Raw::read(text).unwrap();
    let found = raw.unknowns();
    let places: Vec<&str> = found.iter().map(|unknown| unknown.path()).collect();
    let channels = "workflowExecution.credentials[0].allowedChannels";
    assert_eq!(places, [format!("{channels}[1]"), format!("{channels}[2]")]);
    assert_eq!(found.iter().map(|unknown| unknown.value()).collect::<Vec<_>>(), [Some("FAX"), None]);
}

#[test]
fn what_is_absent_is_not_unknown() {
    assert_eq!(unknowns::<WorkflowDetails>(r#"{"workflow":{},"account":{}}"#), []);
    assert_eq!(unknowns::<Callback>(r#"{"workflowExecution":{"id":"w"}}"#), []);
}

#[test]
fn neither_a_value_nor_a_forged_line_is_shown() {
    let text =
        "{\"workflow\":{\"id\":\"w\",\"status\":\"Ada Lovelace\"},\"account\":{},\"a\\n\\u001b[31mERROR eyJhb\":1}";
    let raw: Raw<WorkflowDetails> = Raw::read(text).unwrap();
    let found = raw.unknowns();
    let shown = format!("{found:?} {}", found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    assert!(!shown.contains("Ada"), "{shown}");
    for unknown in &found {
        let path = unknown.path();
        assert!(!path.contains('\n') && !path.contains('\u{1b}') && !path.contains("eyJ"), "{path}");
    }
    assert_eq!(found.first().unwrap().value(), Some("Ada Lovelace"));
    assert_eq!(found.len(), 2);
}

#[test]
fn reading_takes_no_notes_by_itself() {
    // Another reply, read while nobody asks, leaves nothing behind for the next question.
    let odd = details(r#""decision":{"type":"MAYBE"},"new":1"#);
    drop(Raw::<WorkflowDetails>::read(&odd).unwrap());
    assert_eq!(unknowns::<WorkflowDetails>(&details(r#""createdAt":"2025-06-17T08:35:55.121Z""#)), []);
}
