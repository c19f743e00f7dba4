//! The paved path of keys: a flow signs the callback URL of each attempt as it is made, and the door takes only those.
#![cfg(all(feature = "flow", feature = "server", feature = "signed-keys"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use jumio_auth::Credentials;
use jumio_callback::tower::CallbackService;
use jumio_callback::{Receiver, Server, SignedKeys, SigningSecret};
use jumio_flow::machine::{Ending, Flow, Policy, Spec};
use jumio_flow::{CallbackKey, FlowKey, Flows, NewFlow, connect};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, CallbackUrl, Country, CustomerInternalReference, DocumentType, TokenLifetime};
use jumio_simulator::Simulator;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_attempt_calls_back_by_a_url_that_is_signed_for_it() {
    let simulator = Simulator::builder().start().await.unwrap();
    let site = Site::at(BaseUrl::parse(simulator.base_url()).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(simulator.client_id(), simulator.client_secret().to_owned()).unwrap();
    let keys = SignedKeys::new(SigningSecret::new("2026a", [7; 32]).unwrap());
    let effects = connect(site, credentials).unwrap().effects().sign_callbacks(keys.clone());
    let flows = Flows::builder(effects).build().unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = CallbackKey::random().unwrap();
    let url = format!("http://{}/jumio/{}", listener.local_addr().unwrap(), own.expose());
    let receiver = Receiver::new(flows.clone()).signed_keys(keys);
    let door = CallbackService::new("/jumio", receiver.clone());
    tokio::spawn(async move { Server::default().serve(listener, door, std::future::pending()).await });

    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let request = request.with_token_lifetime(TokenLifetime::parse("5m").unwrap());
    let request = request.with_callback_url(CallbackUrl::loopback(&url).unwrap());
    let mut policy = Policy::default();
    policy.restarts = 1;
    let flow = Flow::new(Spec::person(request).with_policy(policy));
    let key = FlowKey::new("order-17");
    flows.start(NewFlow::new(key.clone(), "default", flow).with_callback_key(own.clone())).await.unwrap();
    let driven = tokio::spawn({
        let (flows, key) = (flows.clone(), key.clone());
        async move { flows.drive(&key).await.unwrap() }
    });
    for attempt in 1..=2 {
        while simulator.transactions().len() < attempt {
            tokio::task::yield_now().await;
        }
        simulator.advance(Duration::from_secs(5 * 60 + 1)).unwrap();
    }

    let flow = driven.await.unwrap().flow;
    assert_eq!(flow.ending().map(Ending::name), Some("expired"));
    assert_eq!((flow.attempt(), flow.replaced().len()), (2, 1));
    while receiver.counts().stored < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(receiver.counts().refused, 0);
    // The key alone is in the saved state: it opens no door.
    let saved = flow.account_request().callback_url.as_ref().unwrap().as_str().to_owned();
    assert!(saved.ends_with(&format!("/{}.2", own.expose())), "{saved}");
}
