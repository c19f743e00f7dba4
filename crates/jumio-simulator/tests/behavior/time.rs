//! Time: expiry before and after the start, processing, details that come late.

use jumio_simulator::Simulator;
use serde_json::{Value, json};

use crate::client::{PDF, call, order};
use crate::{HOUR, MINUTE, PROCESSING, sign_in, start};

fn with_lifetime(lifetime: &str) -> Value {
    let mut order = order();
    order["tokenLifetime"] = json!(lifetime);
    order
}

#[tokio::test]
async fn an_untouched_transaction_expires_with_its_token() {
    let (simulator, client) = start(Simulator::builder()).await;
    let (short, usual) = (client.create(&with_lifetime("5m")), client.create(&order()));
    simulator.advance(4 * MINUTE).unwrap();
    assert_eq!(client.status(&short), "INITIATED");
    simulator.advance(MINUTE).unwrap();
    assert_eq!(client.status(&short), "TOKEN_EXPIRED");
    assert_eq!(client.status(&usual), "INITIATED");
    simulator.advance(25 * MINUTE).unwrap();
    assert_eq!(client.status(&usual), "TOKEN_EXPIRED");

    assert_eq!(short.upload(PDF).status, 401);
    assert_eq!(short.finalize().status, 412);
    let details = client.get(&short.execution_url).json();
    assert_eq!(details["workflow"]["status"], "TOKEN_EXPIRED");
    assert_eq!(details.get("startedAt"), None);
    assert!(details["completedAt"].is_string());
    assert_eq!(
        details["decision"],
        json!({ "type": "NOT_EXECUTED", "details": { "label": "TOKEN_EXPIRED" }, "risk": { "score": -1.0 } })
    );
    assert_eq!(details["credentials"][1].get("parts"), None);
}

#[tokio::test]
async fn after_the_start_each_upload_gives_fifteen_minutes() {
    let (simulator, first) = start(Simulator::builder()).await;
    let started = first.create(&with_lifetime("5m"));
    // Far beyond the token's own lifetime, which ends where the session begins.
    for _ in 0..3 {
        assert_eq!(started.upload(PDF).status, 200);
        simulator.advance(14 * MINUTE).unwrap();
        assert_eq!(first.status(&started), "ACQUISITION_STARTED");
    }
    simulator.advance(MINUTE).unwrap();
    assert_eq!(first.status(&started), "SESSION_EXPIRED");
    assert_eq!(started.upload(PDF).status, 401);
    assert_eq!(started.finalize().status, 412);
    let details = first.get(&started.execution_url).json();
    assert!(details["startedAt"].is_string());
    assert_eq!(details["decision"]["details"]["label"], "SESSION_EXPIRED");
    // An ended transaction stays as it is.
    simulator.advance(24 * HOUR).unwrap();
    assert_eq!(sign_in(&simulator).status(&started), "SESSION_EXPIRED");
}

#[tokio::test]
async fn finalized_transactions_do_not_expire() {
    let simulator = Simulator::builder().processing_delay(HOUR).start().await.unwrap();
    let first = sign_in(&simulator);
    let started = first.create(&order());
    started.upload(PDF);
    started.finalize();
    simulator.advance(59 * MINUTE).unwrap();
    assert_eq!(sign_in(&simulator).status(&started), "ACQUIRED");
    simulator.advance(MINUTE).unwrap();
    assert_eq!(sign_in(&simulator).status(&started), "PROCESSED");
}

#[tokio::test]
async fn details_may_come_after_the_status() {
    let (simulator, first) = start(Simulator::builder().details_404_for(MINUTE)).await;
    let started = first.create(&order());
    started.upload(PDF);
    started.finalize();
    assert_eq!(first.get(&started.execution_url).status, 200);
    simulator.advance(PROCESSING).unwrap();
    assert_eq!(first.status(&started), "PROCESSED");
    assert_eq!(first.get(&started.execution_url).status, 404);
    let short = format!("/api/v1/workflow-executions/{}", started.execution);
    assert_eq!(first.get(&short).status, 404);
    simulator.advance(MINUTE).unwrap();
    assert_eq!(first.get(&started.execution_url).status, 200);
    assert_eq!(first.get(&short).status, 200);
}

#[tokio::test]
async fn health_needs_no_token() {
    let simulator = Simulator::start().await.unwrap();
    let reply = call(simulator.base_url(), "GET", "/", &[], b"");
    assert_eq!((reply.status, reply.json()), (200, json!({ "status": "UP" })));
}
