//! The account rules as a table: what is refused, and that the refusal names the field.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Asked, Settings, account};

fn asked(body: &[u8]) -> Result<Asked, String> {
    account(body, &Settings::default())
}

fn good() -> Value {
    json!({
        "customerInternalReference": "transaction_1234",
        "workflowDefinition": {
            "key": 10170,
            "credentials": [{
                "category": "DOCUMENT",
                "country": { "predefinedType": "DEFINED", "values": ["USA"] },
                "type": { "predefinedType": "DEFINED", "values": ["BS"] },
            }],
        },
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut request = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = request.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(index) if parent.is_array() => parent[index] = value,
        _ => parent[name] = value,
    }
    request
}

fn said(request: &Value) -> String {
    asked(request.to_string().as_bytes()).err().unwrap_or_default()
}

#[test]
fn the_quickstart_is_taken() {
    let order = asked(good().to_string().as_bytes()).unwrap().order;
    assert_eq!(order.definition_key, "10170");
    let document = &order.credentials[1];
    assert_eq!((document.country.first(), document.kind.first()), (Some("USA"), Some("BS")));
    assert_eq!(order.token_lifetime, Duration::from_secs(1800));
    assert_eq!(order.user_reference, None);
}

#[test]
fn both_forms_of_numbers_are_taken() {
    for request in [
        with("/workflowDefinition/key", json!("10170")),
        with("/customerInternalReference", json!(17)),
        with("/workflowDefinition/credentials/0/country/values", json!(["XKX"])),
        with("/workflowDefinition/credentials/0/country", json!({ "values": ["USA"] })),
        with("/userReference", Value::Null),
        with("/somethingNew", json!({ "a": 1 })),
    ] {
        assert_eq!(said(&request), "", "{request}");
    }
}

#[test]
fn each_rule_refuses_and_names_its_field() {
    let document = "/workflowDefinition/credentials/0";
    let long = "x".repeat(256);
    for (pointer, value, expected) in [
        ("/customerInternalReference", Value::Null, "customerInternalReference: is required"),
        ("/customerInternalReference", json!(""), "must not be empty"),
        ("/customerInternalReference", json!("x".repeat(101)), "more than 100"),
        ("/customerInternalReference", json!("a/b"), "must not contain /"),
        ("/customerInternalReference", json!("{1}"), "must not contain {"),
        ("/customerInternalReference", json!(true), "must be a string"),
        ("/userReference", json!("x".repeat(101)), "userReference: has more than 100"),
        ("/reportingCriteria", json!(long), "reportingCriteria: has more than 255"),
        ("/callbackUrl", json!("http://kyc.example.com/"), "callbackUrl: must be https"),
        ("/callbackUrl", json!(format!("https://kyc.example.com/{long}")), "more than 255"),
        ("/tokenLifetime", json!("4m"), "tokenLifetime: must lie between"),
        ("/tokenLifetime", json!(30), "tokenLifetime: must be a string"),
        ("/web", json!({ "successUrl": long }), "web.successUrl: has more than 255"),
        ("/web", json!({ "successUrl": "https://192.0.2.1/ok" }), "web.successUrl: must name a host"),
        ("/web", json!({ "errorUrl": "https://a.example/ko?a=1" }), "web.errorUrl: must not have a query"),
        ("/overrideSettings", json!({ "a": true }), "overrideSettings.a: must be a string"),
        ("/workflowDefinition", Value::Null, "workflowDefinition: is required"),
        ("/workflowDefinition/key", Value::Null, "workflowDefinition.key: is required"),
        ("/workflowDefinition/key", json!("abc"), "whole number"),
        ("/workflowDefinition/key", json!(10165), "no workflow of this tenant"),
        ("/workflowDefinition/credentials", Value::Null, "credentials: is required"),
        ("/workflowDefinition/credentials", json!([]), "one DOCUMENT is required"),
        (document, json!({ "category": "ID" }), "category: this workflow has no such one"),
        (&format!("{document}/country"), Value::Null, "country: is required"),
        (&format!("{document}/type"), Value::Null, "type: is required"),
        (&format!("{document}/country/values"), json!([]), "exactly one value"),
        (&format!("{document}/type/values"), json!(["BS", "UB"]), "exactly one value"),
        (&format!("{document}/country/values"), json!(["USSR"]), "alpha-3"),
        (&format!("{document}/type/values"), json!(["XX"]), "not a supported document type"),
        (&format!("{document}/type/predefinedType"), json!("ANY"), "predefinedType: must be"),
    ] {
        let request = with(pointer, value);
        let said = said(&request);
        assert!(said.contains(expected), "{request}: {said:?} instead of {expected:?}");
    }
}

#[test]
fn two_documents_and_broken_json_are_refused() {
    let mut request = good();
    let document = request["workflowDefinition"]["credentials"][0].clone();
    request["workflowDefinition"]["credentials"].as_array_mut().unwrap().push(document);
    assert!(said(&request).contains("at most one of each category"));
    // The quickstart's own sample has this trailing comma.
    let mut printed = good().to_string();
    printed.insert(printed.len() - 1, ',');
    assert!(asked(printed.as_bytes()).err().unwrap().contains("not valid"));
    assert!(asked(b"[]").is_err());
}
