//! Callbacks of a liar reach a flow that talks to a real service: what they link to is never opened, and what they say is
//! never believed.
#![cfg(all(feature = "axum", feature = "flow"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, StatusCode};
use jumio_auth::Credentials;
use jumio_callback::Receiver;
use jumio_flow::machine::{Ending, Flow, Spec};
use jumio_flow::{CallbackKey, FlowKey, Flows, NewFlow, connect};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, TokenLifetime};
use jumio_simulator::Simulator;
use serde_json::json;
use tower::ServiceExt as _;

const PEER: [u8; 4] = [192, 0, 2, 1];

/// Proves S5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_in_callbacks_are_never_opened() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let trap_url = format!("http://{}", trap.local_addr().unwrap());
    trap.set_nonblocking(true).unwrap();

    let simulator = Simulator::builder().start().await.unwrap();
    let site = Site::at(BaseUrl::parse(simulator.base_url()).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(simulator.client_id(), simulator.client_secret().to_owned()).unwrap();
    let flows = Flows::builder(connect(site, credentials).unwrap().effects()).build().unwrap();
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let request = request.with_token_lifetime(TokenLifetime::parse("5m").unwrap());
    let key = FlowKey::new("a");
    let new = NewFlow::new(key.clone(), "simulator", Flow::new(Spec::person(request)));
    flows.start(new.with_callback_key(CallbackKey::from_url("5ecre7"))).await.unwrap();
    let driven = tokio::spawn({
        let (flows, key) = (flows.clone(), key.clone());
        async move { flows.drive(&key).await.unwrap() }
    });
    let opened = loop {
        if let Some(transaction) = simulator.transactions().into_iter().next() {
            break transaction;
        }
        tokio::task::yield_now().await;
    };

    let listed = [PEER.into()].into_iter().collect();
    let app = jumio_callback::axum::router(Receiver::new(flows).sources(listed));
    let send = async |uri: &str, body: String| {
        let peer = ConnectInfo(std::net::SocketAddr::from((PEER, 443)));
        let request = Request::post(uri).extension(peer).body(Body::from(body)).unwrap();
        app.clone().oneshot(request).await.unwrap().status()
    };
    let forged = |number: usize, status: &str| {
        let link = format!("{trap_url}/{number}?token=x");
        json!({
            // Each is another one, so that none is taken for a duplicate.
            "callbackSentAt": format!("2026-01-02T03:{:02}:{:02}.{:03}Z", number / 60 % 60, number % 60, number % 1000),
            "href": link,
            "workflowExecution": {"id": opened.workflow_execution_id, "href": link, "definitionKey": link, "status": status},
            "account": {"id": opened.account_id, "href": link},
            "steps": {"href": link},
            "parts": {"document": link},
            "decision": {"type": "PASSED"},
            "callbackUrl": link,
        })
        .to_string()
    };
    let statuses = ["PROCESSED", "ACQUIRED", "SESSION_EXPIRED", "TOKEN_EXPIRED", "NEW_STATUS"];
    for number in 0..1000 {
        // By the flow's key, by the transaction alone, and by a key that nobody has.
        let (uri, expected) =
            [("/5ecre7", StatusCode::OK), ("/", StatusCode::OK), ("/guess", StatusCode::NOT_FOUND)][number % 3];
        assert_eq!(send(uri, forged(number, statuses[number % statuses.len()])).await, expected);
    }

    // The flow has heard them: it asks the service, and ends by what the service says.
    simulator.advance(Duration::from_secs(5 * 60 + 1)).unwrap();
    assert_eq!(send("/5ecre7", forged(1000, "PROCESSED")).await, StatusCode::OK);
    let record = driven.await.unwrap();
    assert_eq!(record.flow.ending().map(Ending::name), Some("expired"));
    assert!(simulator.transactions()[0].succeeded("get_status") > 1);

    assert_eq!(trap.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody opened a link");
    let _caller = TcpStream::connect(trap.local_addr().unwrap()).unwrap();
    assert!(trap.accept().is_ok(), "the trap does not work");
}
