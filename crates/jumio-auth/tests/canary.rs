//! Marked secrets and personal data go through calls, refusals, unreadable replies and broken connections, with everything
//! logged that can be logged; none of the marks may come out.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy knows test functions, not their helpers"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use jumio_auth::{Authorized, Cached, ClientCredentials, Credentials, MemoryTokenStore, TokenProvider as _};
use jumio_model::api::{CreateAccount, Finalize, GetDetails, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Region, Site, UserAgent};
use jumio_model::{AccountId, Country, DocumentType, TransactionToken, WorkflowExecutionId};
use jumio_transport::{Client, FnTransport, TransportError};
use tracing_subscriber::fmt::format::FmtSpan;

/// What is looked for: each mark is `canary`, a number and a tail, so that a part of one is found, too.
const MARK: &str = "canary";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the service answers with, for everything but the token.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Status(u16, &'static str),
    Broken,
    Late,
}

/// Marks in all members that name a person or hold a secret, with the types in disorder.
const ECHO: &str = r#"{"title":"Bad Request","status":400,"firstName":"canary-01-x","lastName":"canary-02-x",
    "dateOfBirth":"canary-03-x","documentNumber":"canary-04-x","iban":"canary-05-x","token":"canary-06-x",
    "errors":[{"value":"canary-07-x","path":"canary-08-x"}],"access_token":"canary-09-x","email":"canary-10-x"}"#;
const DISORDER: [&str; 6] = [
    r#"{"workflow":{"id":{"x":"canary-11-x"},"status":"PROCESSED"},"account":{"id":"an-id"}}"#,
    r#"{"workflow":"canary-13-x","account":"canary-14-x","workflowExecution":"canary-15-x"}"#,
    r#"[{"firstName":"canary-16-x"}]"#,
    r#""canary-17-x""#,
    "<html>canary-18-x</html>",
    r#"{"account":{"id":"a","cut off":"canary-19-x"#,
];
const WHOLE: &str = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","status":"PROCESSED","credentials":[]},
    "workflow":{"id":"w","status":"PROCESSED","userReference":"canary-21-x","customerInternalReference":"canary-22-x"},
    "web":{"href":"https://t.web.emea-1.jumio.ai/?authorizationToken=canary-23-x"},"sdk":{"token":"canary-24-x"},
    "capabilities":{"extraction":[{"id":"e","decision":{"type":"PASSED","details":{"label":"OK"}},"data":{
    "firstName":"canary-25-x","lastName":"canary-26-x","dateOfBirth":"canary-27-x","documentNumber":"canary-28-x",
    "personalNumber":"canary-29-x","address":{"line1":"canary-30-x","city":"canary-31-x"}}}]},
    "newMember":"canary-32-x"}"#;

fn told(error: &dyn Error, out: &mut String) {
    write!(out, "{error}\n{error:?}\n{error:#?}\n").unwrap();
    if let Some(source) = error.source() {
        told(source, out);
    }
}

async fn call<E: Endpoint>(client: &Client, endpoint: &E, out: &mut String)
where
    E::Reply: std::fmt::Debug,
{
    match client.send(endpoint).await {
        Ok(reply) => write!(out, "{reply:?}\n{reply:#?}\n").unwrap(),
        Err(error) => told(&error, out),
    }
}

/// Proves P1, P4.
#[tokio::test]
async fn no_mark_comes_out() {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();
    let mut out = String::new();

    let mut answers = vec![Answer::Status(200, WHOLE), Answer::Broken, Answer::Late];
    answers.extend(DISORDER.map(|body| Answer::Status(200, body)));
    answers.extend([400, 401, 403, 404, 409, 429, 500, 503].map(|status| Answer::Status(status, ECHO)));
    // Where the token call itself goes wrong, every other call fails for want of a token.
    for (on_token, answer) in answers.iter().flat_map(|answer| [(true, *answer), (false, *answer)]) {
        let service = FnTransport(move |request: Request<Body>| async move {
            let is_token = request.uri().path() == "/oauth2/token";
            if is_token && !on_token {
                let token = r#"{"access_token":"canary-33-x","expires_in":3600}"#;
                return Ok(Response::new(Bytes::from_static(token.as_bytes())));
            }
            match answer {
                Answer::Status(status, body) => Ok(Response::builder()
                    .status(status)
                    .header("set-cookie", "session=canary-34-x")
                    .body(Bytes::from_static(body.as_bytes()))
                    .unwrap()),
                Answer::Broken => Err(TransportError::interrupted(io::Error::from(io::ErrorKind::ConnectionReset))),
                Answer::Late => Err(TransportError::timeout(None)),
            }
        });
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
        let credentials = Credentials::new("id", "canary-35-x").unwrap();
        let source = ClientCredentials::new(service, &site, credentials.clone()).with_store(MemoryTokenStore::new());
        let cached = Cached::new(source.clone());
        let client = Client::new(site.clone(), Authorized::new(service, cached.clone(), &site));
        writeln!(out, "{credentials:?} {source:?} {cached:?} {client:?}").unwrap();

        let create = CreateAccount::doc_proof("canary-36-x", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        let link = "https://api.emea-1.jumio.ai/api/v1/accounts/a/workflow-executions/w?token=canary-37-x";
        let elsewhere = "https://canary-user:canary-38-x@evil.example/canary-39-x?token=canary-40-x";
        let details = GetDetails::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
        let status = GetStatus::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
        call(&client, &create, &mut out).await;
        call(&client, &Finalize::new(link, TransactionToken::new("canary-43-x")), &mut out).await;
        call(&client, &Finalize::new(elsewhere, TransactionToken::new("canary-44-x")), &mut out).await;
        call(&client, &details, &mut out).await;
        call(&client, &status, &mut out).await;
        match cached.token().await {
            Ok(token) => write!(out, "{token:?} {:?}", token.header()).unwrap(),
            Err(error) => told(&error, &mut out),
        }
    }

    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    // A silent log proves nothing.
    assert!(logged.contains("fetching an access token failed") && logged.contains("jumio.call"), "{logged}");
    let in_basic = ["Y2FuYXJ5", "NhbmFye", "jYW5hcn"]; // `canary` within base64, at each of three offsets
    for line in out.lines().chain(logged.lines()) {
        assert!(!line.to_lowercase().contains(MARK), "a mark came out: {line}");
        assert!(!in_basic.iter().any(|part| line.contains(part)), "a mark came out in base64: {line}");
    }
}
