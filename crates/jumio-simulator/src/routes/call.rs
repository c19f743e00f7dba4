//! One call from its first byte to its record: what every endpoint has in common.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;

use jumio_model::endpoint::Role;

use super::intake::Intake;
use super::table::Work;
use crate::clock::Moment;
use crate::connection::Peer;
use crate::faults::{Before, Strike};
use crate::log::{self, Entry, Seen};
use crate::problem::Refusal;
use crate::settings::RateLimits;
use crate::shared::Shared;
use crate::transaction::Transaction;
use crate::variants::RetryAfter;

/// So much of a refused body is still read, so that the caller comes to read the refusal instead of a broken pipe.
const MOST_DRAINED: usize = 64 * 1024 * 1024;
const LONGEST_DRAIN: Duration = Duration::from_secs(10);

/// A call being worked on.
pub(super) struct Call {
    pub(super) shared: Arc<Shared>,
    pub(super) endpoint: &'static str,
    parts: Parts,
    parameters: HashMap<String, String>,
    body: Intake,
    recorded: AtomicBool,
}

impl Call {
    pub(super) fn new(
        shared: Arc<Shared>,
        endpoint: &'static str,
        parameters: HashMap<String, String>,
        request: Request,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let is_text =
            [&b"application/json"[..], b"application/x-www-form-urlencoded"].iter().any(|text| kind.starts_with(text));
        Self { shared, endpoint, parts, parameters, body: Intake::new(body, is_text), recorded: AtomicBool::new(false) }
    }

    /// A parameter of the path, by its name in the template.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How long the caller should have waited, where the published limits are kept and this call is above them.
    fn is_too_soon(&self, role: Option<Role>) -> Option<Duration> {
        if self.shared.settings.rate_limits == RateLimits::Off {
            return None;
        }
        self.shared.rate_limiter.take(role?, self.shared.now()).err()
    }

    /// Whether the caller came by https, as a proxy in front says.
    pub(super) fn is_https(&self) -> bool {
        self.header(&HeaderName::from_static("x-forwarded-proto")).is_some_and(|proto| proto == "https")
    }

    /// Whether the content type is absent or this one; parameters such as the charset do not matter.
    pub(super) fn content_is(&self, media: &str) -> bool {
        self.header(&header::CONTENT_TYPE)
            .is_none_or(|value| value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media)))
    }

    /// The whole body, at most so long.
    pub(super) async fn bytes(&self, limit: usize) -> Result<Bytes, Refusal> {
        let mut body = self.body.clone();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|_| Refusal::bad_request("the body is cut"))?);
            if bytes.len() > limit {
                return Err(Refusal::too_large(limit as u64));
            }
        }
        Ok(bytes.into())
    }

    /// The same request again for an extractor: headers and the body that is still unread.
    pub(super) fn request(&self) -> Request {
        Request::from_parts(self.parts.clone(), Body::from_stream(self.body.clone()))
    }

    /// The body as a form with files.
    pub(super) async fn multipart(&self) -> Result<Multipart, Refusal> {
        Multipart::from_request(self.request(), &()).await.map_err(|error| Refusal::bad_request(error.body_text()))
    }

    /// Works on the execution that the path names; the record of this call is kept with the change.
    pub(super) fn change<T>(
        &self,
        execution_id: &str,
        success: StatusCode,
        act: impl FnOnce(&mut Transaction, Moment) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.set_recorded();
        self.shared.change(execution_id, self.endpoint, success, act)
    }

    /// This call's record is kept already.
    pub(super) fn set_recorded(&self) {
        self.recorded.store(true, Ordering::SeqCst);
    }

    /// Records the call where it concerned an execution and that was not done yet.
    pub(super) fn record(&self, status: StatusCode) {
        if self.recorded.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Some(execution) = self.execution() {
            self.shared.note(&execution, self.endpoint, status);
        }
    }

    /// The execution that the path names, directly or by a credential.
    fn execution(&self) -> Option<String> {
        let by_credential = || self.shared.execution_of_credential(self.parameter("credentialId"));
        self.parameters.get("workflowExecutionId").cloned().or_else(by_credential)
    }

    /// Puts the call into the request log.
    fn log(&self, began: Began, strike: Option<&Strike>, answered: Option<(&Response, Seen)>) {
        let (status, reply_headers, reply_body) = match answered {
            Some((response, body)) => (response.status().as_u16(), response.headers().clone(), body),
            None => (0, HeaderMap::new(), Seen::default()),
        };
        self.shared.log.push(Entry {
            endpoint: self.endpoint,
            at: began.at,
            microseconds: u64::try_from(began.instant.elapsed().as_micros()).unwrap_or(u64::MAX),
            method: self.parts.method.clone(),
            uri: self.parts.uri.clone(),
            execution: self.execution(),
            request_headers: self.parts.headers.clone(),
            request_body: self.body.seen(),
            status,
            reply_headers,
            reply_body,
            fault: strike.map(|strike| strike.kind.name()),
        });
    }

    /// Reads on what nobody asked for.
    pub(super) async fn drain(&self) {
        let mut body = self.body.clone();
        let mut read = 0;
        let rest = async {
            while let Some(Ok(chunk)) = body.next().await {
                read += chunk.len();
                if read > MOST_DRAINED {
                    break;
                }
            }
        };
        // A caller that takes longer gets its refusal late, or not at all.
        let _ = tokio::time::timeout(LONGEST_DRAIN, rest).await;
    }
}

/// When a call began: by the simulator's clock, and to measure how long it takes.
struct Began {
    at: Moment,
    instant: Instant,
}

/// Takes a call through everything around its own work.
pub(super) async fn exchange(
    shared: Arc<Shared>,
    peer: Peer,
    (endpoint, role): (&'static str, Option<Role>),
    parameters: HashMap<String, String>,
    request: Request,
    work: Result<Work, Refusal>,
) -> Response {
    let began = Began { at: shared.now(), instant: Instant::now() };
    let call = Arc::new(Call::new(shared, endpoint, parameters, request));
    let strike = call.shared.faults.take(endpoint, || call.execution());
    let before = match &strike {
        Some(strike) => strike.before(began.at).await,
        None => Before::Go,
    };
    let answer = match (before, work) {
        (Before::Cut, _) => {
            peer.cut();
            call.log(began, strike.as_ref(), None);
            // The connection is reset before it can be sent.
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        (Before::Answer(response), _) => Ok(response),
        (Before::Go, Err(refusal)) => Err(refusal),
        (Before::Go, Ok(work)) => match call.header(&header::USER_AGENT).map(str::trim) {
            // behavior: a call without a User-Agent is 403 | protocol 2.4 | documented
            // behavior: any User-Agent that is not empty passes: what makes one suspicious is not known | protocol 2.4 | chosen
            // behavior: a call without Accept or Content-Length passes: the guides want both, and none says what happens without | protocol 2.4 | chosen
            None | Some("") => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "a User-Agent that names the company and the application is required",
            )),
            Some(_) => match call.is_too_soon(role) {
                Some(wait) => Err(too_many(&call.shared, wait)),
                None => work(Arc::clone(&call)).await,
            },
        },
    };
    let mut response = answer.unwrap_or_else(|refusal| refusal.render(call.shared.settings.variants.error_body));
    call.record(response.status());
    if let Some(strike) = &strike {
        response = strike.after(response, &peer, began.at).await;
    }
    call.drain().await;
    let (response, body) = seen(response).await;
    call.log(began, strike.as_ref(), Some((&response, body)));
    response
}

/// The answer to a call above a published limit.
// behavior: a call above a rate limit is 429 with title, status and detail as in the sample | protocol 9.1 | documented
// behavior: a 429 has no Retry-After: no source mentions one | protocol 9.3, 12 | chosen
fn too_many(shared: &Shared, wait: Duration) -> Refusal {
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Request limit exceeded");
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match shared.settings.variants.retry_after {
        RetryAfter::Absent => refusal,
        RetryAfter::Seconds => refusal.with_retry_after(seconds.to_string()),
        RetryAfter::Date => refusal.with_retry_after(shared.now().after(Duration::from_secs(seconds)).http_date()),
    }
}

/// The reply's body as far as the log keeps it: text that is there as a whole. The reply itself stays as it is.
async fn seen(response: Response) -> (Response, Seen) {
    let size = response.body().size_hint().exact();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/json") || size.is_none_or(|size| size > log::LONGEST_BODY as u64) {
        return (response, Seen { text: Bytes::new(), size: size.unwrap_or_default() });
    }
    let (parts, body) = response.into_parts();
    // It is in memory already, so this neither waits nor fails.
    let text = axum::body::to_bytes(body, log::LONGEST_BODY).await.unwrap_or_default();
    let size = text.len() as u64;
    (Response::from_parts(parts, Body::from(text.clone())), Seen { text, size })
}
