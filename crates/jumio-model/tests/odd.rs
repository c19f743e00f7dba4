//! Ordinary drift: unknown values, added members, missing and odd ones. None of it may cost a reply.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use jumio_model::{AccountReply, Raw, WorkflowDetails};
use serde_json::Value;
use support::{index, raw, read};

/// The members whose texts come from one of Jumio's lists.
const FROM_A_LIST: &[&str] = &[
    "category",
    "classifier",
    "status",
    "type",
    "label",
    "name",
    "predefinedType",
    "locale",
    "obtained",
    "definitionKey",
    "key",
    "country",
    "gender",
    "subType",
    "issuingCountry",
    "nationality",
    "disability",
    "nfcValidationResult",
    "searchStatus",
    "similarity",
    "captureType",
    "collectedBy",
    "source",
    "value",
    "code",
    "codeExternal",
    "publicErrorCode",
    "phoneType",
    "advice",
    "domainRiskLevel",
    "emailVerificationStatus",
    "token_type",
];

const UNKNOWN: &str = "SOMETHING_NEW \u{1F5A8} 7";

/// Replaces every text that comes from a list, and counts.
fn with_unknown_values(json: &mut Value, inside: bool) -> usize {
    match json {
        Value::Object(members) => members
            .iter_mut()
            .map(|(name, value)| {
                let listed = FROM_A_LIST.contains(&name.as_str())
                    || name.ends_with("Match")
                    || matches!(name.as_str(), "values" | "allowedChannels");
                with_unknown_values(value, listed)
            })
            .sum(),
        Value::Array(list) => list.iter_mut().map(|value| with_unknown_values(value, inside)).sum(),
        Value::String(text) if inside => {
            *text = UNKNOWN.to_owned();
            1
        }
        _ => 0,
    }
}

/// Adds a member to every object, and counts.
fn with_new_members(json: &mut Value) -> usize {
    match json {
        Value::Object(members) => {
            let below: usize = members.values_mut().map(with_new_members).sum();
            members.insert("somethingNew".to_owned(), serde_json::json!({"a": [1, {"b": null}]}));
            below + 1
        }
        Value::Array(list) => list.iter_mut().map(with_new_members).sum(),
        _ => 0,
    }
}

#[test]
fn every_fixture_survives_unknown_values() {
    let mut replaced = 0;
    for fixture in index().iter().filter(|fixture| fixture.is_json() && fixture.kind != "Problem") {
        let mut json: Value = serde_json::from_str(&fixture.text()).unwrap();
        replaced += with_unknown_values(&mut json, false);
        let read = read(&fixture.kind, json.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", fixture.path));
        assert_eq!(read.typed, json, "{}: an unknown value was not kept", fixture.path);
    }
    assert!(replaced > 400, "only {replaced} values were replaced");
}

#[test]
fn every_fixture_survives_new_members() {
    let mut added = 0;
    for fixture in index().iter().filter(|fixture| fixture.is_json() && fixture.kind != "Problem") {
        // A request is ours; what we read of one is what we wrote.
        if fixture.is_request() {
            continue;
        }
        let known: Value = serde_json::from_str(&fixture.text()).unwrap();
        let mut json = known.clone();
        added += with_new_members(&mut json);
        let text = json.to_string();
        let read = read(&fixture.kind, text.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", fixture.path));
        assert_eq!(read.raw, text, "{}: a new member was lost", fixture.path);
        assert!(!read.debug.contains("somethingNew: "), "{}", fixture.path);
        if !matches!(fixture.kind.as_str(), "RulesReply") {
            assert!(read.ignored.contains(&"somethingNew".to_owned()), "{}: {:?}", fixture.path, read.ignored);
        }
    }
    assert!(added > 400, "only {added} members were added");
}

/// One member of a reply at a time, at any depth, missing, null or of another kind: never the whole reply. The exceptions are
/// the members that name what the reply is about.
#[test]
fn no_single_member_costs_a_reply() {
    let odd = [
        None,
        Some(Value::Null),
        Some(Value::from(7)),
        Some(Value::from("odd")),
        Some(Value::from(true)),
        Some(serde_json::json!([1, {"a": []}])),
        Some(serde_json::json!({"a": {"b": [1]}})),
    ];
    let mut tried = 0;
    for fixture in index().iter().filter(|fixture| fixture.is_json() && fixture.kind != "Problem") {
        if fixture.is_request() {
            continue;
        }
        let json: Value = serde_json::from_str(&fixture.text()).unwrap();
        let mut places = Vec::new();
        pointers(&json, String::new(), &mut places);
        for place in places {
            for value in &odd {
                let mut changed = json.clone();
                put(&mut changed, &place, value.clone());
                let text = changed.to_string();
                tried += 1;
                match raw(&fixture.kind, text.as_bytes()) {
                    Ok(raw) => assert_eq!(raw, text),
                    Err(error) => {
                        let names_it = NAMES_IT.contains(&(fixture.kind.as_str(), place.as_str()));
                        assert!(names_it, "{}: {place} as {value:?}: {error}", fixture.path);
                    }
                }
            }
        }
    }
    assert!(tried > 5000, "only {tried} were tried");
}

/// What a reply cannot do without.
const NAMES_IT: &[(&str, &str)] = &[
    ("TokenReply", "/access_token"),
    ("AccountReply", "/account"),
    ("AccountReply", "/account/id"),
    ("AccountReply", "/workflowExecution"),
    ("AccountReply", "/workflowExecution/id"),
    ("Callback", "/workflowExecution"),
    ("Callback", "/workflowExecution/id"),
    ("WorkflowStatusReply", "/workflowExecution"),
    ("WorkflowStatusReply", "/workflowExecution/id"),
    ("WorkflowDetails", "/workflow"),
    ("WorkflowDetails", "/account"),
];

fn pointers(json: &Value, at: String, found: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                pointers(value, place.clone(), found);
                found.push(place);
            }
        }
        Value::Array(list) => {
            for (number, value) in list.iter().enumerate() {
                let place = format!("{at}/{number}");
                pointers(value, place.clone(), found);
                found.push(place);
            }
        }
        _ => {}
    }
}

/// Puts a value in a place, or takes out what stands there.
fn put(json: &mut Value, place: &str, value: Option<Value>) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    match (json.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.remove(name)),
        (Value::Array(list), Some(value)) => list[name.parse::<usize>().unwrap()] = value,
        (Value::Array(list), None) => drop(list.remove(name.parse().unwrap())),
        (other, _) => panic!("{other} has no members"),
    }
}

#[test]
fn what_may_be_missing_or_odd_costs_nothing_else() {
    let minimal = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[{"id":"c","category":"NEW_KIND",
        "allowedChannels":null,"api":{"parts":{"document":{"2":"two","1":"one"},"odd":7}}},7,null]},"future":{}}"#;
    let reply: AccountReply = jumio_model::from_slice(minimal.as_bytes()).unwrap();
    let credential = &reply.workflow_execution.credentials[0];
    assert_eq!((credential.category.as_str(), credential.category.is_known()), ("NEW_KIND", false));
    assert_eq!(credential.api.as_ref().unwrap().parts.document(), Some("one"));
    assert!(reply.document().is_none() && reply.web.is_none());

    for odd in [
        r#""sdk":{}"#,
        r#""sdk":{"token":null}"#,
        r#""sdk":"off""#,
        r#""web":{}"#,
        r#""web":{"successUrl":"https://a.example"}"#,
        r#""web":[1,{"a":[]}]"#,
        r#""timestamp":1750175969"#,
        r#""timestamp":{"a":{"b":[1,2]}}"#,
    ] {
        let text = format!(r#"{{{odd},"account":{{"id":"a"}},"workflowExecution":{{"id":"w","credentials":null}}}}"#);
        let reply: Raw<AccountReply> =
            jumio_model::from_slice(text.as_bytes()).unwrap_or_else(|e| panic!("{odd}: {e}"));
        assert_eq!(reply.workflow_execution.id.as_str(), "w", "{odd}");
        assert_eq!(reply.text(), text);
    }

    for odd in [
        r#""capabilities":{"usability":null,"x":7}"#,
        r#""capabilities":{"usability":{"id":7,"decision":{}}}"#,
        r#""capabilities":[]"#,
        r#""credentials":[{"parts":[{"classifier":1}]},{"id":null,"category":5}]"#,
        r#""credentials":{"id":"one"}"#,
        r#""decision":{}"#,
        r#""decision":{"type":null,"details":[],"risk":{"score":"12"}}"#,
        r#""decision":{"risk":{"score":{}}}"#,
        r#""decision":"PASSED""#,
        r#""createdAt":17,"startedAt":null,"completedAt":{}"#,
        r#""steps":[]"#,
        r#""rules":7,"feedback":null,"consent":[]"#,
    ] {
        let text = format!(r#"{{{odd},"workflow":{{"id":"w","status":"NEW"}},"account":{{}}}}"#);
        let details: Raw<WorkflowDetails> =
            jumio_model::from_slice(text.as_bytes()).unwrap_or_else(|e| panic!("{odd}: {e}"));
        assert!(!details.workflow.status.is_terminal(), "{odd}");
    }
}

#[test]
fn a_transaction_that_nobody_can_name_is_no_reply() {
    for bad in [
        r#"{"account":{"id":""},"workflowExecution":{"id":"w"}}"#,
        r#"{"account":{"id":"a"},"workflowExecution":{"id":null}}"#,
        r#"{"account":{"id":"a"},"workflowExecution":{}}"#,
        r#"{"account":{},"workflowExecution":{"id":"w"}}"#,
        r#"{"account":{"id":"a"}}"#,
        "[]",
        "{}",
    ] {
        assert!(jumio_model::from_slice::<AccountReply>(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn an_error_cannot_forge_a_line() {
    let text =
        "{\"workflow\":{\"id\":\"w\"},\"account\":{},\"capabilities\":{\"a\\n\\u001b[31mERROR eyJhbGciOiJ\": [tru]}}";
    let error = jumio_model::from_slice::<WorkflowDetails>(text.as_bytes()).unwrap_err().to_string();
    assert!(!error.contains('\n') && !error.contains('\u{1b}') && !error.contains("eyJ"), "{error}");
}
