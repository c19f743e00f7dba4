//! `/_sim/`: each route does what the OpenAPI document says, and there is no other.

use std::collections::BTreeSet;

use jumio_simulator::Simulator;
use serde_json::{Value, json};

use crate::client::{Client, JSON, PDF, Reply, Started, call, order};
use crate::{MINUTE, PROCESSING, start};

const DOCUMENT: &str = include_str!("../../../../docs/reference/simulator/control.json");
/// The source itself is asked for the routes: nothing lists them while the program runs.
const ROUTES: &str = include_str!("../../src/control.rs");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

fn get(base: &str, path: &str) -> Value {
    let reply = call(base, "GET", path, &[], b"");
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

fn post(base: &str, path: &str, body: &Value) -> Reply {
    call(base, "POST", path, &[JSON], body.to_string().as_bytes())
}

/// A transaction with a receiver that nobody is.
fn with_receiver(client: &Client) -> Started {
    let mut order = order();
    order["callbackUrl"] = json!("http://127.0.0.1:9/cb?key=s3cret");
    client.create(&order)
}

#[test]
fn every_route_is_documented() {
    let routed: BTreeSet<&str> =
        ROUTES.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let document = document();
    let documented: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(routed, documented);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let line = ROUTES.lines().find(|line| line.contains(&format!("\"{path}\""))).unwrap();
        let verbs: Vec<&str> = ["get", "post", "put", "delete", "patch"]
            .into_iter()
            .filter(|verb| line.contains(&format!("{verb}(")))
            .collect();
        let told: Vec<&str> = operations.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(BTreeSet::from_iter(verbs), BTreeSet::from_iter(told), "{path}");
    }
}

/// Whether a value has the members that its schema requires, and no other than it names.
fn check(value: &Value, schema: &Value, document: &Value, at: &str) {
    if let Some(pointer) = schema["$ref"].as_str() {
        return check(value, document.pointer(&pointer[1..]).unwrap(), document, at);
    }
    if let (Value::Object(members), Some(properties)) = (value, schema["properties"].as_object()) {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(members.contains_key(name.as_str().unwrap()), "{at}: lacks {name}");
        }
        for (name, member) in members {
            let property = properties.get(name).unwrap_or_else(|| panic!("{at}: {name} is not documented"));
            check(member, property, document, &format!("{at}/{name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], document, &format!("{at}/*"));
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind) || kinds == ["number"], "{at}: {kind} is not one of {kinds:?}");
}

#[tokio::test]
async fn every_documented_operation_answers_as_documented() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = with_receiver(&client);
    started.upload(PDF);
    let document = document();
    let body = |id: &str| match id {
        "set_status" => json!({ "status": "ACQUIRED" }),
        "fire_callback" => json!({ "status": "SOMETHING_NEW", "href": "long" }),
        "add_fault" => json!({ "endpoint": "get_status", "kind": { "delay": "1ms" }, "chance": 0.5, "always": true }),
        "set_clock" => json!({ "advance": "1s" }),
        _ => Value::Null,
    };
    // In this order: the later ones need what the earlier ones did.
    let order = [
        "openapi",
        "list_transactions",
        "show_transaction",
        "fire_callback",
        "replay_callback",
        "set_status",
        "add_fault",
        "list_faults",
        "clear_faults",
        "clock",
        "set_clock",
        "list_requests",
        "expire",
        "reset",
    ];
    let mut answered = 0;
    for wanted in order {
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (verb, operation) in
                operations.as_object().unwrap().iter().filter(|(_, operation)| operation["operationId"] == wanted)
            {
                if wanted == "expire" {
                    post(
                        base,
                        &format!("/_sim/transactions/{}/status", started.execution),
                        &json!({ "status": "INITIATED" }),
                    );
                }
                let url = path.replace("{workflowExecutionId}", &started.execution).replace("{number}", "1");
                let verb = verb.to_uppercase();
                let reply = match body(wanted) {
                    Value::Null => call(base, &verb, &url, &[], b""),
                    body => call(base, &verb, &url, &[JSON], body.to_string().as_bytes()),
                };
                let status = reply.status.to_string();
                let told = operation["responses"]
                    .get(&status)
                    .unwrap_or_else(|| panic!("{wanted}: {status}: {}", reply.text()));
                assert!((200..300).contains(&reply.status), "{wanted}: {}", reply.text());
                assert_eq!(reply.header("x-simulated"), Some("SIMULATED"));
                match told.pointer("/content/application~1json/schema") {
                    Some(schema) => check(&reply.json(), schema, &document, wanted),
                    None => assert!(reply.body.is_empty(), "{wanted}"),
                }
                answered += 1;
            }
        }
    }
    let documented: usize =
        document["paths"].as_object().unwrap().values().map(|operations| operations.as_object().unwrap().len()).sum();
    assert_eq!(answered, documented);
    // After the reset nothing is left of it all.
    assert_eq!(get(base, "/_sim/transactions"), json!([]));
    assert_eq!(get(base, "/_sim/requests")["requests"], json!([]));
    assert_eq!(get(base, "/_sim/clock")["offsetMilliseconds"], 0);
}

#[tokio::test]
async fn a_transaction_is_seen_whole_and_without_a_secret() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = with_receiver(&client);
    started.upload(PDF);
    let detail = get(base, &format!("/_sim/transactions/{}", started.execution));
    assert_eq!(detail["status"], "ACQUISITION_STARTED");
    assert_eq!(detail["callbackUrl"], "http://127.0.0.1:9/cb?key=***");
    assert_eq!(detail["credentials"][1]["parts"][0]["contentType"], "application/pdf");
    assert_eq!(detail["credentials"][1]["parts"][0]["size"], PDF.len());
    let left = detail["token"]["remainingSeconds"].as_u64().unwrap();
    assert!((14 * 60..=15 * 60).contains(&left), "{left}");
    let token = started.transaction.rsplit(' ').next().unwrap();
    let log = get(base, "/_sim/requests").to_string();
    for text in [detail.to_string(), log] {
        assert!(!text.contains(token) && !text.contains("s3cret"), "{text}");
        assert!(!text.contains(simulator.client_secret()), "{text}");
    }
}

#[tokio::test]
async fn a_status_is_forced_and_what_follows_follows() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = with_receiver(&client);
    let path = format!("/_sim/transactions/{}/status", started.execution);
    for status in ["ACQUIRED", "PROCESSED", "SESSION_EXPIRED", "INITIATED", "ACQUISITION_STARTED"] {
        assert_eq!(post(base, &path, &json!({ "status": status })).json()["status"], status);
        assert_eq!(client.status(&started), status);
    }
    // It goes on from there by itself.
    simulator.advance(15 * MINUTE).unwrap();
    assert_eq!(client.status(&started), "SESSION_EXPIRED");
    let reply = post(base, &path, &json!({ "status": "DONE" }));
    assert!(reply.status == 400 && reply.text().contains("ACQUISITION_STARTED"), "{}", reply.text());
    let reported: Vec<String> =
        simulator.transactions()[0].callbacks.iter().map(|callback| callback.status.clone()).collect();
    assert_eq!(reported, ["PROCESSED", "SESSION_EXPIRED", "SESSION_EXPIRED"]);
}

#[tokio::test]
async fn the_clock_is_moved_both_ways() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    started.upload(PDF);
    started.finalize();
    let minutes = PROCESSING.as_secs() / 60;
    assert_eq!(post(base, "/_sim/clock", &json!({ "advance": format!("{minutes}m") })).status, 200);
    assert_eq!(client.status(&started), "PROCESSED");
    let set = post(base, "/_sim/clock", &json!({ "set": "2020-01-01T00:00:00Z" })).json();
    assert!(set["now"].as_str().unwrap().starts_with("2020-01-01T00:00:0"), "{set}");
    let issued = crate::sign_in(&simulator).create(&order());
    let timestamp = get(base, &format!("/_sim/transactions/{}", issued.execution))["createdAt"].clone();
    assert!(timestamp.as_str().unwrap().starts_with("2020-01-01"), "{timestamp}");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let of = |rest: &str| format!("/_sim/transactions/{}{rest}", started.execution);
    // It has no receiver.
    assert_eq!(post(base, &of("/callbacks"), &json!({ "status": "PROCESSED" })).status, 409);
    assert_eq!(post(base, &of("/callbacks/1/replay"), &json!({})).status, 409);
    assert_eq!(post(base, &of("/expire"), &json!({})).status, 200);
    assert_eq!(post(base, &of("/expire"), &json!({})).status, 409);
    assert_eq!(post(base, "/_sim/transactions/none/expire", &json!({})).status, 404);
    assert_eq!(post(base, "/_sim/faults", &json!({ "endpoint": "token", "kind": "explode" })).status, 400);
    assert_eq!(post(base, "/_sim/clock", &json!({ "advance": "soon" })).status, 400);
    assert_eq!(call(base, "PUT", "/_sim/clock", &[], b"").status, 405);
    assert_eq!(call(base, "GET", "/_sim/requests?after=x", &[], b"").status, 400);
    // A page of another site.
    let reply = call(base, "POST", "/_sim/reset", &["Origin: https://evil.example"], b"");
    assert_eq!(reply.status, 403, "{}", reply.text());
    assert_eq!(call(base, "POST", "/_sim/clock", &["Content-Type: text/plain"], b"{\"advance\":\"1h\"}").status, 400);
    assert_eq!(simulator.transactions().len(), 1);
}
