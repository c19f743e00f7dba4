//! Marked secrets and personal data go over real connections, encrypted and not, HTTP/1 and HTTP/2, with everything logged that
//! reqwest and what is below it can log. `canary.rs` does the same with all that can go wrong, and without a network.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy knows test functions, not their helpers"
)]

mod listener;
mod server;

use std::collections::BTreeSet;

use jumio_auth::{Authorized, Cached, ClientCredentials, Credentials};
use jumio_model::api::{CreateAccount, Finalize, GetStatus};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountId, Country, DocumentType, TransactionToken, WorkflowExecutionId};
use jumio_transport::{AttemptTimeout, Client, Deadline, Pace, Pacer, ReqwestTransport, Retry, Trace};

use crate::listener::Listener;
use crate::server::{Protocol, Server};

/// In every value that is looked for.
const MARK: &str = "canary";
/// What id and secret begin with in base64.
const MARK_IN_BASIC: &str = "Y2FuYXJ5";

async fn calls(server: &Server) {
    let mine = ReqwestTransport::builder().root_certificate_pem(server.root()).build().unwrap();
    let site = Site::at(BaseUrl::parse(&server.url()).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new("canary-id", "canary-secret").unwrap();
    let tokens = Cached::new(ClientCredentials::new(mine.clone(), &site, credentials));
    let paced = Pace::new(AttemptTimeout::new(Trace::new(mine)), Pacer::default());
    let client = Client::new(site.clone(), Deadline::new(Retry::new(Authorized::new(paced, tokens, &site))));

    let create = CreateAccount::doc_proof("canary-reference", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let account = client.send(&create).await.unwrap();
    assert_eq!(account.account.id.as_str(), "canary-account");
    let link = format!("{}/finalize?authorizationToken=canary-query", server.url());
    client.send(&Finalize::new(link, TransactionToken::new("canary-transaction"))).await.unwrap();
    let status = GetStatus::new(AccountId::from("canary-account"), WorkflowExecutionId::from("canary-workflow"));
    assert!(client.send(&status).await.unwrap_err().is_not_yet());
}

/// P1 and P3, beside `canary.rs`, over real connections.
#[tokio::test]
async fn nobody_prints_a_mark() {
    let listener = Listener::install();
    for protocol in [Protocol::Plain, Protocol::Http1, Protocol::Http2] {
        let server = Server::start(protocol).await;
        calls(&server).await;
        assert_eq!(server.calls(), 4, "{protocol:?}: token, account, finalize, status");
        assert_eq!(server.is_http2(), matches!(protocol, Protocol::Http2));
    }

    let lines = listener.lines();
    // Silence proves nothing: each of these must have said something.
    let targets: BTreeSet<&str> = lines.iter().map(|line| line.target.split("::").next().unwrap()).collect();
    for speaks in ["jumio_transport", "reqwest", "hyper_util", "h2", "rustls"] {
        assert!(targets.contains(speaks), "{speaks} said nothing: {targets:?}");
    }
    for line in &lines {
        assert!(!line.text.to_lowercase().contains(MARK), "a mark came out: {line:?}");
        assert!(!line.text.contains(MARK_IN_BASIC), "a mark came out in base64: {line:?}");
    }
}
