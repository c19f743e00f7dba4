//! What a fault does to the call that it strikes: before the work, instead of it, or to the answer.

use std::io;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;

use super::body;
use super::kind::{FaultKind, RetryAfter};
use crate::clock::Moment;
use crate::connection::Peer;
use crate::problem::Refusal;

/// No answer that a fault changes is longer; a part of a document stays as it is.
const LONGEST: usize = 32 * 1024 * 1024;

const GATEWAY: &str = "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body>\r\n<center><h1>Bad Gateway</h1></center>\r\n\
    <hr><center>gateway</center>\r\n</body>\r\n</html>\r\n";

/// A fault that strikes a call.
pub(crate) struct Strike {
    pub(crate) kind: FaultKind,
    /// Decides where there is a choice.
    pub(super) draw: usize,
}

/// What happens before the work.
pub(crate) enum Before {
    /// The work is done.
    Go,
    /// It is not, and this is the answer.
    Answer(Response),
    /// It is not, and there is no answer.
    Cut,
}

impl Strike {
    /// Before the work. `now` is the simulator's time.
    pub(crate) async fn before(&self, now: Moment) -> Before {
        match &self.kind {
            FaultKind::ResetBefore => Before::Cut,
            FaultKind::Delay(wait) => {
                tokio::time::sleep(*wait).await;
                Before::Go
            }
            FaultKind::Answer { status, headers, body } => Before::Answer(given(*status, headers, body)),
            FaultKind::TooManyRequests { after, form } => Before::Answer(too_many(*after, *form, now)),
            FaultKind::Failure { status, done: false } => Before::Answer(failure(*status)),
            FaultKind::GatewayPage { status, done: false } => Before::Answer(gateway(*status)),
            _ => Before::Go,
        }
    }

    /// After the work.
    pub(crate) async fn after(&self, response: Response, peer: &Peer, now: Moment) -> Response {
        match &self.kind {
            FaultKind::ResetAfter => {
                peer.cut();
                response
            }
            FaultKind::Failure { status, done: true } => failure(*status),
            FaultKind::GatewayPage { status, done: true } => gateway(*status),
            FaultKind::ContentType(kind) => {
                let mut response = response;
                if let Ok(kind) = HeaderValue::try_from(kind) {
                    response.headers_mut().insert(header::CONTENT_TYPE, kind);
                }
                response
            }
            FaultKind::Garbage(bytes) => with_body(response, |_| bytes.clone().into()).await,
            FaultKind::Truncated => with_body(response, |whole| whole.slice(..whole.len() / 2)).await,
            FaultKind::Cut => cut(response).await,
            FaultKind::Drip { bytes, pause } => drip(response, *bytes, *pause).await,
            FaultKind::UnknownValue { at } => {
                with_body(response, |whole| body::unknown_value(whole, at.as_deref(), self.draw)).await
            }
            FaultKind::ExtraMembers => with_body(response, body::extra_members).await,
            FaultKind::MissingMembers { at } => {
                with_body(response, |whole| body::missing_members(whole, at.as_deref())).await
            }
            FaultKind::ClockAhead(by) => skewed(response, now, now.after(*by)).await,
            FaultKind::ClockBehind(by) => skewed(response, now, now.before(*by)).await,
            _ => response,
        }
    }
}

/// An answer that a fault names.
fn given(status: u16, headers: &[(String, String)], body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = code(status);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Jumio's documented 429 (protocol 9.1).
fn too_many(after: Option<Duration>, form: RetryAfter, now: Moment) -> Response {
    let mut response = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Request limit exceeded").into_response();
    let value = after.map(|after| match form {
        RetryAfter::Seconds => after.as_secs().to_string(),
        RetryAfter::Date => now.after(after).http_date(),
    });
    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn failure(status: u16) -> Response {
    Refusal::new(code(status), "a fault of the simulator").into_response()
}

fn gateway(status: u16) -> Response {
    (code(status), Html(GATEWAY)).into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The whole body; nothing where it cannot be had.
async fn taken(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let whole = to_bytes(body, LONGEST).await.unwrap_or_default();
    (parts, whole)
}

async fn with_body(response: Response, change: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut parts, whole) = taken(response).await;
    // It is written anew, for the length that there is then.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(whole)))
}

/// Promises the whole body, sends half of it and fails.
async fn cut(response: Response) -> Response {
    let (mut parts, whole) = taken(response).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let pieces = [Ok(half), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    Response::from_parts(parts, Body::from_stream(stream::iter(pieces)))
}

async fn drip(response: Response, bytes: usize, pause: Duration) -> Response {
    let (mut parts, whole) = taken(response).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let pieces = stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(bytes.clamp(1, rest.len()));
        Some((Ok::<_, io::Error>(piece), rest))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn skewed(response: Response, now: Moment, then: Moment) -> Response {
    let mut response = with_body(response, |whole| body::skewed(whole, then.millis() - now.millis())).await;
    if let Ok(date) = HeaderValue::try_from(then.http_date()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
