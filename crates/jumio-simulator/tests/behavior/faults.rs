//! Faults: what the caller sees, and what was done all the same.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use jumio_model::api::{CreateAccount, GetStatus};
use jumio_simulator::{Fault, FaultKind, Simulator};

use crate::client::{JSON, PDF, order, try_call};
use crate::{sign_in, start};

#[tokio::test]
async fn a_lost_reply_is_done_and_a_lost_request_is_not() {
    let (simulator, client) = start(Simulator::builder()).await;
    let body = order().to_string();
    let create = || {
        let headers = [client.access.as_str(), JSON];
        try_call(&client.base, "POST", "/api/v1/accounts", &headers, body.as_bytes())
    };
    for (kind, accounts) in [(FaultKind::ResetBefore, 0), (FaultKind::ResetAfter, 1)] {
        simulator.inject(Fault::on::<CreateAccount>(kind));
        assert_eq!(create().unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(simulator.transactions().len(), accounts);
    }
    assert_eq!(create().unwrap().status, 200);
    assert_eq!(simulator.transactions().len(), 2);
}

#[tokio::test]
async fn the_page_of_a_lost_reply_is_there() {
    let fault = Fault::new("upload_document", FaultKind::ResetAfter);
    let (simulator, client) = start(Simulator::builder().fault(fault)).await;
    let started = client.create(&order());
    let headers = [started.transaction.as_str(), crate::client::FORM];
    let page = crate::client::form("file", PDF);
    let lost = try_call(&client.base, "POST", &started.document_url, &headers, &page);
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 1);
}

#[tokio::test]
async fn answers_garbage_and_turns() {
    let (simulator, client) = start(Simulator::builder()).await;
    let started = client.create(&order());
    let busy = FaultKind::problem(429, "Too Many Requests", "Request limit exceeded").with_header("Retry-After", "1");
    simulator.inject(Fault::on::<GetStatus>(busy).skip(1).times(2));
    let url = format!("{}/status", started.execution_url);
    let statuses = [(); 4].map(|()| client.get(&url).status);
    assert_eq!(statuses, [200, 429, 429, 200]);

    simulator.inject(Fault::on::<GetStatus>(FaultKind::Garbage(b"<html>".to_vec())).always());
    let reply = client.get(&url);
    assert_eq!((reply.status, reply.text().as_str()), (200, "<html>"));
    simulator.clear_faults();
    assert_eq!(client.status(&started), "INITIATED");
    let calls = simulator.transactions()[0].calls.iter().map(|call| call.status).collect::<Vec<_>>();
    assert_eq!(calls, [200, 200, 429, 429, 200, 200, 200]);
}

#[tokio::test]
async fn the_headers_of_a_fault_arrive() {
    let simulator = Simulator::start().await.unwrap();
    let client = sign_in(&simulator);
    let busy = FaultKind::problem(429, "Too Many Requests", "x").with_header("Retry-After", "7");
    simulator.inject(Fault::on::<CreateAccount>(busy));
    let reply = client.post_account(&order());
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("7")));
    assert_eq!(reply.header("x-simulated"), Some("SIMULATED"));
    assert_eq!(reply.json()["title"], "Too Many Requests");
}

#[tokio::test]
async fn a_delay_delays() {
    let (simulator, client) = start(Simulator::builder()).await;
    let wait = Duration::from_millis(80);
    simulator.inject(Fault::on::<CreateAccount>(FaultKind::Delay(wait)));
    let before = Instant::now();
    client.create(&order());
    assert!(before.elapsed() >= wait);
}
