//! The request log, and what a test says with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jumio_model::api::CreateAccount;
use jumio_simulator::{Fault, FaultKind, Simulator};

use crate::client::{JSON, PDF, call, order, try_call};
use crate::start;

fn said(assertion: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assertion)).unwrap_err();
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[tokio::test]
async fn every_call_is_there_refused_ones_too() {
    let (simulator, client) = start(Simulator::builder()).await;
    let started = client.create(&order());
    started.upload(PDF);
    started.upload(b"no document");
    call(&client.base, "GET", "/nowhere", &[], b"");
    call(&client.base, "PATCH", "/api/v1/accounts", &[], b"");
    simulator.inject(Fault::on::<CreateAccount>(FaultKind::ResetBefore));
    let headers = [client.access.as_str(), JSON];
    try_call(&client.base, "POST", "/api/v1/accounts", &headers, b"{}").unwrap_err();

    let requests = simulator.requests();
    requests.of("token").succeeded().exactly(1);
    requests.of("upload_document").exactly(2).refused().exactly(1).status(415).exactly(1);
    requests.of("unknown_path").status(404).exactly(1);
    requests.of("create_account").status(405).exactly(1);
    requests.of("finalize").never();
    requests.about(&started.execution).at_least(3).at_most(3);
    let cut = requests.of("create_account").status(0);
    assert_eq!(cut.iter().next().unwrap().fault.as_deref(), Some("reset_before"));
    let created = requests.of("create_account").succeeded();
    let created = created.iter().next().unwrap();
    assert_eq!(created.request.headers["authorization"], "Bearer ***");
    assert_eq!(created.request.body.as_ref().unwrap(), &order());
    assert_eq!(created.reply.body.as_ref().unwrap()["sdk"]["token"], "***");
}

#[tokio::test]
async fn a_failure_shows_what_came_instead() {
    let (simulator, client) = start(Simulator::builder()).await;
    client.create(&order());
    let requests = simulator.requests();
    let text = said(|| {
        requests.of("create_account").exactly(2);
    });
    assert!(text.starts_with("calls of create_account: expected exactly 2, there were 1\n"), "{text}");
    assert!(text.contains("create_account POST /api/v1/accounts -> 200"), "{text}");
}

#[tokio::test]
async fn what_is_not_kept_cannot_be_counted() {
    let (simulator, client) = start(Simulator::builder().request_log(2)).await;
    client.create(&order());
    client.create(&order());
    let text = said(|| {
        simulator.requests().of("create_account").exactly(2);
    });
    assert!(text.contains("request_log"), "{text}");
}
