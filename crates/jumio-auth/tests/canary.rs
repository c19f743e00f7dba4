//! Marked secrets and personal data go through the whole onion: calls, uploads, downloads, refusals, unreadable replies, links to
//! elsewhere and broken connections, with everything logged that can be logged; none of the marks may come out.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy knows test functions, not their helpers"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use jumio_auth::{
    Authorized, Cached, ClientCredentials, Credentials, FnSecretSource, MemoryTokenStore, TokenProvider as _,
    TokenSource as _, TokioClock,
};
use jumio_model::api::{CreateAccount, Finalize, GetDetails, GetPart, GetStatus, UploadDocument};
use jumio_model::endpoint::{Body, Boundary, Endpoint, FilePart, Region, Segment, Site, UserAgent};
use jumio_model::{
    AccountId, Country, CredentialId, DocumentType, Media, ReportLink, TransactionToken, WorkflowExecutionId,
};
use jumio_transport::{
    AttemptTimeout, Client, Deadline, FnTransport, Pace, Pacer, Retry, Trace, Transport, TransportError, read_all,
};
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

/// Refusals with marks where a service puts what it was sent: in what is shown of a problem, between words and as words; in text
/// that is no JSON, and in JSON that breaks off.
const REFUSALS: [&str; 6] = [
    r#"{"title":"no access for canary50x0123456789abcdef0123456789abcdef",
        "detail":"see https://evil.example/canary-51-x?token=canary-52-x and eyJcanary53.canary54.x"}"#,
    r#"{"error":"invalid_client","error_description":"canary55x0123456789abcdef0123456789abcdef is wrong"}"#,
    r#"Invalid request: {"firstName":"canary-56-x"}"#,
    r#"{"firstName":"canary-57-x","dateOfBirth":"canary-58"#,
    r#"{"status":"canary-59-x","type":"https://evil.example/canary-60-x","errors":{"firstName":"canary-61-x"}}"#,
    "<html><body>canary-62-x</body></html>",
];
/// An account reply that links to where no credential may go.
const FOREIGN: &str = r#"{"account":{"id":"a"},"web":{"href":"https://evil.example/?authorizationToken=canary-63-x"},
    "workflowExecution":{"id":"w","credentials":[{"id":"c","category":"DOCUMENT","api":{"token":"canary-64-x",
    "parts":{"document":"https://evil.example/canary-65-x?token=canary-66-x"},
    "workflowExecution":"https://canary-user:canary-67-x@evil.example/"}}]}}"#;

/// Says what the answer says, after it has read what was sent.
async fn answer(answer: Answer, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
    read_all(request.into_body()).await.map_err(TransportError::body)?;
    match answer {
        Answer::Status(status, body) => Ok(Response::builder()
            .status(status)
            .header("set-cookie", "session=canary-34-x")
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap()),
        Answer::Broken => Err(TransportError::interrupted(io::Error::from(io::ErrorKind::ConnectionReset))),
        Answer::Late => Err(TransportError::timeout(None)),
    }
}

/// The whole onion, around a service that answers so.
fn onion(
    service: impl Transport + Clone + 'static,
    tokens: Cached<ClientCredentials, TokioClock>,
    site: &Site,
) -> Client {
    let paced = Pace::new(AttemptTimeout::new(Trace::new(service)), Pacer::default());
    Client::new(site.clone(), Deadline::new(Retry::new(Authorized::new(paced, tokens, site))))
}

/// Every kind of call, with marks in all that the caller gives.
async fn calls(client: &Client, folder: &Path, out: &mut String) {
    let create = CreateAccount::doc_proof("canary-36-x", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let link = "https://api.emea-1.jumio.ai/api/v1/accounts/a/workflow-executions/w?token=canary-37-x";
    let elsewhere = "https://canary-user:canary-38-x@evil.example/canary-39-x?token=canary-40-x";
    let ids = || (AccountId::from("a"), WorkflowExecutionId::from("w"));
    call(client, &create, out).await;
    call(client, &Finalize::new(link, TransactionToken::new("canary-43-x")), out).await;
    call(client, &Finalize::new(elsewhere, TransactionToken::new("canary-44-x")), out).await;
    call(client, &GetDetails::new(ids().0, ids().1), out).await;
    call(client, &GetStatus::new(ids().0, ids().1), out).await;

    let (there, away) = (folder.join("canary-70-x.pdf"), folder.join("canary-71-x.pdf"));
    std::fs::write(&there, "%PDF-1.4 canary-72-x").unwrap();
    for (path, length) in [(&there, 20), (&there, 21), (&away, 20)] {
        let file = FilePart::new(Segment::file(path, 0, length), Media::Pdf).with_name("canary-73-x.pdf").unwrap();
        let token = TransactionToken::new("canary-74-x");
        call(client, &UploadDocument::new(link, token, file, Boundary::new([7; 16])), out).await;
    }
    let part = GetPart::new(AccountId::from("a"), CredentialId::from("c"), "1");
    for destination in [folder.join("canary-75-x.pdf"), folder.join("canary-76-x").join("below nothing.pdf")] {
        match client.download(&part, &destination).await {
            Ok(done) => writeln!(out, "{done:?}").unwrap(),
            Err(error) => told(&error, out),
        }
        match client.download_report(&ReportLink::new(elsewhere), &destination).await {
            Ok(done) => writeln!(out, "{done:?}").unwrap(),
            Err(error) => told(&error, out),
        }
    }
}

/// Proves P1, P4.
#[tokio::test(start_paused = true)]
async fn no_mark_comes_out() {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();
    let mut out = String::new();
    let folder = tempfile::tempdir().unwrap();

    let mut answers = vec![Answer::Status(200, WHOLE), Answer::Status(200, FOREIGN), Answer::Broken, Answer::Late];
    answers.extend(DISORDER.iter().flat_map(|body| [200, 400, 401].map(|status| Answer::Status(status, body))));
    answers.extend([400, 401, 403, 404, 409, 429, 500, 503].map(|status| Answer::Status(status, ECHO)));
    answers.extend(REFUSALS.iter().flat_map(|body| [400, 403, 500].map(|status| Answer::Status(status, body))));
    // Where the token call itself goes wrong, every other call fails for want of a token.
    for (on_token, answer) in answers.iter().flat_map(|answer| [(true, *answer), (false, *answer)]) {
        let service = FnTransport(move |request: Request<Body>| {
            let is_token = request.uri().path() == "/oauth2/token";
            let token = r#"{"access_token":"canary-33-x","expires_in":3600}"#;
            let answered = if is_token && !on_token { Answer::Status(200, token) } else { answer };
            self::answer(answered, request)
        });
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
        let credentials = Credentials::new("id", "canary-35-x").unwrap();
        let source = ClientCredentials::new(service, &site, credentials.clone()).with_store(MemoryTokenStore::new());
        let cached = Cached::with_clock(source.clone(), TokioClock::new());
        let client = onion(service, cached.clone(), &site);
        writeln!(out, "{credentials:?} {source:?} {cached:?} {client:?}").unwrap();
        calls(&client, folder.path(), &mut out).await;
        match cached.token().await {
            Ok(token) => write!(out, "{token:?} {:?}", token.header()).unwrap(),
            Err(error) => told(&error, &mut out),
        }
    }
    what_is_kept_elsewhere(&mut out).await;

    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    // A silent log proves nothing, and neither does a path that was never taken.
    for words in
        ["fetching an access token failed", "jumio.call", "jumio.attempt", "the shared token store cannot be used"]
    {
        assert!(logged.contains(words), "{words} is not in the log");
    }
    for words in ["evil.example", "cannot be opened", "when the request was made", "not shown", "could not be read"] {
        assert!(out.contains(words), "{words} was not said");
    }
    let in_basic = ["Y2FuYXJ5", "NhbmFye", "jYW5hcn"]; // `canary` within base64, at each of three offsets
    for line in out.lines().chain(logged.lines()) {
        assert!(!line.to_lowercase().contains(MARK), "a mark came out: {line}");
        assert!(!in_basic.iter().any(|part| line.contains(part)), "a mark came out in base64: {line}");
    }
}

/// Secrets from a place that gives nonsense, and tokens in files that are not to be trusted.
async fn what_is_kept_elsewhere(out: &mut String) {
    let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
    let service = FnTransport(|request: Request<Body>| {
        answer(Answer::Status(200, r#"{"access_token":"canary-80-x","expires_in":3600}"#), request)
    });
    for (id, secret) in [("id:canary-81-x", "canary-82-x"), ("id", "canary-83-x\n")] {
        let secrets = FnSecretSource(move || async move { Ok(Credentials::new(id, secret)?) });
        let source = ClientCredentials::new(service, &site, secrets);
        told(&source.fetch().await.unwrap_err(), out);
    }
    #[cfg(all(feature = "file-store", unix))]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let new = |store| {
            ClientCredentials::new(service, &site, Credentials::new("id", "canary-84-x").unwrap()).with_store(store)
        };
        let store = jumio_auth::FileTokenStore::new(folder.path());
        writeln!(out, "{:?}", new(store.clone()).fetch().await).unwrap();
        let files = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        for path in files().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        writeln!(out, "{:?} {:?}", new(store.clone()).fetch().await, store).unwrap();
        for path in files() {
            std::fs::write(path, "canary-85-x").unwrap();
        }
        writeln!(out, "{:?}", new(store).fetch().await).unwrap();
        let below_a_file = tempfile::NamedTempFile::new().unwrap();
        let store = jumio_auth::FileTokenStore::new(below_a_file.path().join("tokens"));
        writeln!(out, "{:?}", new(store).fetch().await).unwrap();
    }
}
