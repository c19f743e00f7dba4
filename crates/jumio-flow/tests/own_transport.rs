//! The example of a transport over ureq does the main job: account, upload, finalize, result.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../examples/over_ureq.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program, of which the test takes a part")]
mod over_ureq;

use std::path::Path;
use std::time::Duration;

use jumio_flow::machine::Ending;
use jumio_model::Outcome;
use jumio_model::endpoint::Body;
use jumio_simulator::Simulator;
use jumio_transport::{Transport as _, TransportErrorKind};

#[tokio::test]
async fn the_main_job_runs_over_ureq() {
    let simulator = Simulator::builder().processing_delay(Duration::ZERO).start().await.unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents/bank-statement.pdf");
    let (base, id, secret) = (simulator.base_url(), simulator.client_id(), simulator.client_secret());
    let record = over_ureq::prove(base, id, secret, &file).await.unwrap();
    let Some(Ending::Decided { details }) = record.flow.ending() else { panic!("{:?}", record.flow) };
    assert_eq!(details.outcome(), Some(Outcome::Stored));

    let transactions = simulator.transactions();
    let calls: Vec<_> = transactions[0].calls.iter().map(|call| (call.endpoint.as_str(), call.status)).collect();
    let expected =
        ["create_account", "upload_document", "finalize", "get_status", "get_details"].map(|endpoint| (endpoint, 200));
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_refused_connection_is_known_to_have_sent_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let request = http::Request::post(format!("http://{address}/")).body(Body::from("x")).unwrap();
    let error = over_ureq::Ureq::hardened().send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (TransportErrorKind::Connect, false));
}
