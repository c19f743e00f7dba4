//! Faults: what the caller sees, and what was done all the same.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use jumio_model::api::{CreateAccount, GetStatus};
use jumio_simulator::{Fault, FaultKind, RetryAfter, Simulator};

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

/// What a details call looks like while this strikes it.
async fn struck(kind: FaultKind) -> (Simulator, std::io::Result<crate::client::Reply>) {
    let (simulator, client) = start(Simulator::builder()).await;
    let started = client.create(&order());
    simulator.inject(Fault::on::<GetStatus>(kind));
    let url = format!("{}/status", started.execution_url);
    let reply = try_call(&client.base, "GET", &url, &[&client.access], b"");
    (simulator, reply)
}

#[tokio::test]
async fn a_refusal_says_when_to_come_again_in_both_forms() {
    let after = Some(Duration::from_secs(30));
    let refused = async |form| struck(FaultKind::TooManyRequests { after, form }).await.1.unwrap();
    let seconds = refused(RetryAfter::Seconds).await;
    assert_eq!((seconds.status, seconds.header("retry-after")), (429, Some("30")));
    let date = refused(RetryAfter::Date).await;
    assert!(date.header("retry-after").unwrap().ends_with(" GMT"), "{}", date.head);
    let (_, silent) = struck(FaultKind::TooManyRequests { after: None, form: RetryAfter::Seconds }).await;
    assert_eq!(silent.unwrap().header("retry-after"), None);
}

#[tokio::test]
async fn what_a_gateway_does() {
    for done in [false, true] {
        let (simulator, client) = start(Simulator::builder()).await;
        simulator.inject(Fault::on::<CreateAccount>(FaultKind::GatewayPage { status: 502, done }));
        let reply = client.post_account(&order());
        assert!(reply.status == 502 && reply.text().starts_with("<html>"), "{}", reply.text());
        simulator.inject(Fault::on::<CreateAccount>(FaultKind::Failure { status: 503, done }));
        assert_eq!(client.post_account(&order()).json()["status"], 503);
        assert_eq!(simulator.transactions().len(), if done { 2 } else { 0 });
    }
}

#[tokio::test]
async fn bodies_that_do_not_come_whole() {
    let (_, truncated) = struck(FaultKind::Truncated).await;
    let truncated = truncated.unwrap();
    assert!(truncated.text().starts_with('{') && !truncated.text().ends_with('}'), "{}", truncated.text());
    assert_eq!(truncated.header("content-length"), Some(truncated.body.len().to_string().as_str()));

    let (_, cut) = struck(FaultKind::Cut).await;
    // Either the reset is seen, or less came than was promised.
    if let Ok(cut) = cut {
        assert!(cut.body.len() < cut.header("content-length").unwrap().parse().unwrap(), "{cut:?}");
    }

    let (_, dripped) = struck(FaultKind::Drip { bytes: 50, pause: Duration::from_millis(1) }).await;
    assert_eq!(dripped.unwrap().json()["workflowExecution"]["status"], "INITIATED");
}

#[tokio::test]
async fn bodies_that_say_something_else() {
    let (_, reply) = struck(FaultKind::UnknownValue { at: Some("/workflowExecution/status".to_owned()) }).await;
    assert_eq!(reply.unwrap().json()["workflowExecution"]["status"], "SIMULATED_UNKNOWN");
    let (_, reply) = struck(FaultKind::ExtraMembers).await;
    assert!(reply.unwrap().json()["account"]["simulatedExtra"].is_object());
    let (_, reply) = struck(FaultKind::MissingMembers { at: Some("/account/href".to_owned()) }).await;
    assert!(reply.unwrap().json()["account"].get("href").is_none());
    let (_, reply) = struck(FaultKind::ContentType("text/plain".to_owned())).await;
    assert_eq!(reply.unwrap().header("content-type"), Some("text/plain"));
    let (_, reply) = struck(FaultKind::ClockAhead(Duration::from_secs(400 * 24 * 3600))).await;
    let reply = reply.unwrap();
    let year = |date: &str| date.split(' ').nth(3).unwrap().parse::<u32>().unwrap();
    let (_, now) = struck(FaultKind::Delay(Duration::ZERO)).await;
    assert!(year(reply.header("date").unwrap()) > year(now.unwrap().header("date").unwrap()));
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_calls() {
    let run = async |seed| {
        let fault = Fault::any(FaultKind::Failure { status: 500, done: false }).chance(0.5).always();
        let simulator = Simulator::builder().seed(seed).fault(fault).start().await.unwrap();
        let health = || try_call(simulator.base_url(), "GET", "/", &[], b"").unwrap().status;
        (0..20).map(|_| health()).collect::<Vec<_>>()
    };
    assert_eq!(run(7).await, run(7).await);
    assert_ne!(run(7).await, run(8).await);
}
