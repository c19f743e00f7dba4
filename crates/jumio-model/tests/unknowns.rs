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
        (
            r#""capabilities":{"palmReading":[{"id":"p","data":{"line":1},"extra":1}]}"#,
            &[("capabilities.palmReading", Member), ("capabilities.palmReading[0].extra", Member)],
        ),
        (
            r#""capabilities":{"usability":[{"decision":{"type":"WARNING","details":{"label":"SMUDGED"}}},
            {"decision":{"type":"REJECTED","details":{"label":"BLURRED"}}}]}"#,
            &[("capabilities.usability[0].decision.details.label", Value)],
        ),
        (
            r#""credentials":[{"id":"c","category":"SELFIE","parts":[{"classifier":"FACE"},{"classifier":"12"},
            {"classifier":"EAR"},{"classifier":7}]}]"#,
            &[("credentials[0].parts[2].classifier", Value), ("credentials[0].parts[3].classifier", Shape)],
        ),
    ];
    for (members, expected) in cases {
        assert_eq!(unknowns::<WorkflowDetails>(&details(members)), named(expected), "{members}");
    }
}

/// What a capability read is kept unread, and looked into all the same.
#[test]
fn drift_within_the_data_of_a_capability_is_named() {
    let run = "capabilities.extraction[0].data";
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, UnknownKind)]);
    let odd_data: &[Case<'_>] = &[
        ("extraction", r#"{"lastName":"DOE","issuingCountry":"USA","dlCategories":[{"category":"B"}]}"#, &[]),
        (
            "extraction",
            r#"{"newNumber":"1","lastName":7,"gender":"Z","address":{"city":"X","floor":2},"firstName":null,
            "dlCategories":[{"category":"B","axles":3}],"dateOfBirthParts":"1990","additionalLanguage":{"any":[1]}}"#,
            &[
                ("newNumber", Member),
                ("lastName", Shape),
                ("gender", Value),
                ("address.floor", Member),
                ("firstName", Shape),
                ("dlCategories[0].axles", Member),
                ("dateOfBirthParts", Shape),
            ],
        ),
        ("extraction", r#"{"address":"1 STREET"}"#, &[("address", Shape)]),
        ("extraction", "[1]", &[("", Shape)]),
        ("extraction", "null", &[("", Shape)]),
        ("extraction", r#"{"lastName":"A","new":1,"lastName":"B"}"#, &[("new", Member), ("", Shape)]),
        (
            "imageChecks",
            r#"{"faceSearchFindings":{"status":"PONDERING","findings":["w",7],"by":1}}"#,
            &[
                ("faceSearchFindings.status", Value),
                ("faceSearchFindings.findings[1]", Shape),
                ("faceSearchFindings.by", Member),
            ],
        ),
        ("liveness", r#"{"type":"IPROOV_LIGHT","predictedAge":"33"}"#, &[("type", Value), ("predictedAge", Shape)]),
        ("similarity", r#"{"similarity":"NO_MATCH","score":1}"#, &[("similarity", Value), ("score", Member)]),
        ("authentication", r#"{"type":"IPROOV_LIGHT"}"#, &[("type", Value)]),
        (
            "watchlistScreening",
            r#"{"searchStatus":"MAYBE","searchResults":"2"}"#,
            &[("searchStatus", Value), ("searchResults", Shape)],
        ),
        ("proofOfResidency", r#"{"reasonMessage":"x","reason":"y"}"#, &[("reason", Member)]),
        ("drivingLicenseVerification", r#"{"nameMatch":"ALMOST"}"#, &[("nameMatch", Value)]),
        ("govtIdVerification", r#"{"dobMatch":"ALMOST"}"#, &[("dobMatch", Value)]),
        ("emailVerification", r#"{"advice":"x","emailExists":"true"}"#, &[("advice", Value), ("emailExists", Shape)]),
        ("phoneVerification", r#"{"riskInsights":{"luck":1}}"#, &[("riskInsights.luck", Member)]),
        ("geoIpVerification", r#"{"planet":"EARTH"}"#, &[("planet", Member)]),
        ("deviceRiskVerification", r#"{"colour":"RED"}"#, &[("colour", Member)]),
        ("usability", "{}", &[]),
        ("usability", r#"{"a":{"b":1}}"#, &[("a", Member)]),
    ];
    for (name, data, expected) in odd_data {
        let run = run.replace("extraction", name);
        let at = |place: &str| if place.is_empty() { run.clone() } else { format!("{run}.{place}") };
        let expected: Vec<_> = expected.iter().map(|(place, kind)| (at(place), *kind)).collect();
        let text = details(&format!(r#""capabilities":{{"{name}":[{{"data":{data}}}]}}"#));
        assert_eq!(unknowns::<WorkflowDetails>(&text), expected, "{name} {data}");
    }
    // One run in place of a list of runs.
    let text = details(r#""capabilities":{"liveness":{"data":{"mood":1}}}"#);
    let expected = [("capabilities.liveness", Shape), ("capabilities.liveness.data.mood", Member)];
    assert_eq!(unknowns::<WorkflowDetails>(&text), named(&expected));
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
