//! What an attempt leaves in a span, and what it does not.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::api::{GetHealth, GetStatus};
use jumio_model::endpoint::{Endpoint as _, Region, Site, UserAgent};
use jumio_model::{AccountId, WorkflowExecutionId};
use tracing_subscriber::fmt::format::FmtSpan;

use super::Trace;
use crate::{Attempt, Client, FnTransport, Transport, TransportError};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// With one listener alone, what a thread without it logs first is taken to interest nobody, for good: so there is always
/// another one.
fn keep_another_listener() {
    static KEPT: std::sync::OnceLock<tracing::Dispatch> = std::sync::OnceLock::new();
    KEPT.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
}

/// Everything that is logged at any level while the future runs.
async fn logged<F: Future>(future: F) -> (F::Output, String) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    keep_another_listener();
    let guard = tracing::subscriber::set_default(subscriber);
    let output = future.await;
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    (output, text)
}

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

#[tokio::test]
async fn an_attempt_has_the_names_of_the_conventions_and_no_value_of_a_person() {
    let inner = FnTransport(|_: Request<_>| async { Ok(Response::new(Bytes::from(r#"{"status":"UP"}"#))) });
    let client = Client::new(site(), Trace::new(inner));
    let (_, text) = logged(client.send(&GetHealth::new())).await;
    for part in [
        "jumio.call{endpoint=\"get_health\"",
        "jumio.attempt{",
        "otel.kind=\"client\"",
        "otel.name=GET /",
        "jumio.endpoint=\"get_health\"",
        "http.request.method=\"GET\"",
        "server.address=\"status.emea-1.jumio.ai\"",
        "server.port=443",
        "http.request.resend_count=0",
        "http.response.status_code=200",
        "http.response.body.size=15",
        "histogram.http.client.request.duration=",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }

    let call = GetStatus::new(AccountId::from("canary-account"), WorkflowExecutionId::from("canary-execution"));
    let mut request = call.to_http(&site()).unwrap();
    request.headers_mut().insert("authorization", "Bearer canary-token".parse().unwrap());
    request.extensions_mut().insert(Attempt(3));
    let inner = FnTransport(|_: Request<_>| async {
        Ok(Response::builder().status(404).header("x-canary", "canary").body(Bytes::from("canary")).unwrap())
    });
    let (_, text) = logged(Trace::new(inner).send(request)).await;
    assert!(!text.contains("canary"), "{text}");
    for part in ["http.request.resend_count=2", "error.type=\"404\"", "otel.status_code=\"ERROR\"", "{accountId}"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// What a metric is grouped by has to be in its event: a metrics layer sees no span's fields.
#[tokio::test]
async fn a_measurement_has_its_labels() {
    let call = GetStatus::new(AccountId::from("canary"), WorkflowExecutionId::from("canary"));
    let inner = FnTransport(|_: Request<_>| async { Ok(Response::new(Bytes::new())) });
    let (_, text) = logged(Trace::new(inner).send(call.to_http(&site()).unwrap())).await;
    let event = text.lines().find_map(|line| line.split_once(super::METRICS)).unwrap().1;
    for part in [
        "jumio.endpoint=\"get_status\"",
        "http.request.method=\"GET\"",
        "url.template=\"/",
        "server.address=\"retrieval.emea-1.jumio.ai\"",
        "server.port=443",
        "http.response.status_code=200",
    ] {
        assert!(event.contains(part), "{part} in {event}");
    }
    assert!(!text.contains("otel.status_code"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn failures_and_attempts_that_were_given_up_are_told() {
    let broken = Trace::new(FnTransport(|_: Request<_>| async { Err(TransportError::interrupted("canary")) }));
    let (_, text) = logged(broken.send(Request::default())).await;
    assert!(text.contains("error.type=\"interrupted\"") && !text.contains("canary"), "{text}");

    let silent = Trace::new(FnTransport(|_: Request<_>| std::future::pending()));
    let (_, text) = logged(tokio::time::timeout(Duration::from_secs(1), silent.send(Request::default()))).await;
    assert!(text.contains("error.type=\"dropped\""), "{text}");
}
