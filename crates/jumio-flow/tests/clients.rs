//! One API client starts transactions, another retrieves: over real sockets, behind a gate that gives each its permission as
//! Jumio's portal does (protocol 2.1). The simulator itself knows one client that may do everything.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use jumio_auth::Credentials;
use jumio_flow::machine::{Flow, Page, Policy, Spec};
use jumio_flow::{ApiClients, Connection, FlowKey, FlowRecord, Flows, NewFlow};
use jumio_model::endpoint::{Access, BaseUrl, Body, Role, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_simulator::Simulator;
use jumio_transport::{ReqwestTransport, Transport, TransportError};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const STARTS: &str = "starts";
const RETRIEVES: &str = "retrieves";

/// Each client's tokens bear its name in front, and do what that client may.
#[derive(Clone)]
struct Portal {
    inner: ReqwestTransport,
    /// The header with which the simulator's one client asks for a token.
    only_client: String,
    seen: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for Portal {
    async fn send(&self, mut request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let meta = *request.body().meta().unwrap();
        let credential = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let client = match meta.access {
            Access::ClientSecret => {
                let basic = STANDARD.decode(credential.unwrap().strip_prefix("Basic ").unwrap()).unwrap();
                let client = String::from_utf8(basic).unwrap().split_once(':').unwrap().0.to_owned();
                request.headers_mut().insert(AUTHORIZATION, self.only_client.parse().unwrap());
                client
            }
            Access::AccessToken => {
                let credential = credential.unwrap();
                let (client, token) = credential.strip_prefix("Bearer ").unwrap().split_once('.').unwrap();
                request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
                client.to_owned()
            }
            _ => return self.inner.send(request).await,
        };
        self.seen.lock().unwrap().push(format!("{} as {client}", meta.name));
        if meta.access == Access::AccessToken && (meta.role == Role::Retrieval) != (client == RETRIEVES) {
            return Ok(Response::builder().status(403).body(Bytes::new()).unwrap());
        }
        let mut response = self.inner.send(request).await?;
        if meta.access == Access::ClientSecret {
            let mut reply: Value = serde_json::from_slice(response.body()).unwrap();
            reply["access_token"] = format!("{client}.{}", reply["access_token"].as_str().unwrap()).into();
            *response.body_mut() = reply.to_string().into();
        }
        Ok(response)
    }
}

/// Runs a document through; gives what became of it, and who asked for what.
async fn run(clients: impl Into<ApiClients>) -> (FlowRecord, Vec<String>) {
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(20)).start().await.unwrap();
    let pair = format!("{}:{}", simulator.client_id(), simulator.client_secret());
    let portal = Portal {
        inner: ReqwestTransport::new().unwrap(),
        only_client: format!("Basic {}", STANDARD.encode(pair)),
        seen: Arc::default(),
    };
    let seen = Arc::clone(&portal.seen);
    let site = Site::at(BaseUrl::parse(simulator.base_url()).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let flows = Flows::builder(Connection::over(portal, site, clients).effects()).build().unwrap();

    let mut file = tempfile::NamedTempFile::new().unwrap();
    let bytes = b"%PDF-1.4\n% a page\n";
    file.write_all(bytes).unwrap();
    let page = Page::new(file.path(), Media::Pdf, bytes.len() as u64, Sha256::digest(bytes).into());
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let mut policy = Policy::default();
    policy.retry = vec![0; 4];
    policy.result = vec![0, 0, 0, 0, 1];
    let spec = Spec::upload(request, vec![page]).unwrap().with_policy(policy);
    let key = FlowKey::new("flow-1");
    flows.start(NewFlow::new(key.clone(), "simulator", Flow::new(spec))).await.unwrap();
    let record = flows.drive(&key).await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.dedup();
    (record, seen)
}

fn client(id: &str) -> Credentials {
    Credentials::new(id, "a secret".to_owned()).unwrap()
}

#[tokio::test]
async fn each_client_does_what_it_may_with_a_token_of_its_own() {
    let (record, seen) = run(ApiClients::new(client(STARTS)).retrieving_as(client(RETRIEVES))).await;
    assert_eq!(record.flow.ending().map(|ending| ending.name()), Some("decided"), "{:?}", record.flow.stalled());
    let expected = [
        "token as starts",
        "create_account as starts",
        "token as retrieves",
        "get_status as retrieves",
        "get_details as retrieves",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn with_one_client_for_everything_that_may_not_the_gate_is_felt() {
    let (record, seen) = run(client(STARTS)).await;
    assert!(record.flow.ending().is_none_or(|ending| ending.name() != "decided"));
    assert_eq!(seen[..3], ["token as starts", "create_account as starts", "get_status as starts"]);
}
