//! The examples of "Bring your own HTTP" that take only the types, against the simulator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/types_only_hyper.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program, of which the test takes a part")]
mod types_only_hyper;
#[path = "../examples/types_only_ureq.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program, of which the test takes a part")]
mod types_only_ureq;

use std::path::Path;
use std::time::Duration;

use jumio_model::{Outcome, WorkflowStatus};
use jumio_simulator::Simulator;

#[tokio::test]
async fn a_plain_hyper_client_runs_a_document_through() {
    let simulator = Simulator::builder().processing_delay(Duration::ZERO).start().await.unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents/bank-statement.pdf");
    let (base, id, secret) = (simulator.base_url(), simulator.client_id(), simulator.client_secret());
    assert_eq!(types_only_hyper::prove(base, id, secret, &file).await.unwrap(), Some(Outcome::Stored));
    assert!(types_only_hyper::prove(base, id, "wrong", &file).await.is_err());
}

#[tokio::test]
async fn blocking_ureq_opens_a_transaction() {
    let simulator = Simulator::builder().start().await.unwrap();
    let open = |secret: &str| types_only_ureq::open(simulator.base_url(), simulator.client_id(), secret);
    assert_eq!(open(simulator.client_secret()).unwrap(), WorkflowStatus::Initiated);
    // The refusal is read by the types.
    assert!(open("wrong").unwrap_err().to_string().contains("token"));
    assert_eq!(simulator.transactions().len(), 1);
}
