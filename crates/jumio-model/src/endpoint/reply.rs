//! Replies that are not the one that was asked for: refusals, and bodies that cannot be read. Both keep what came.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};

use super::InDoubt;
use crate::json::ReadError;
use crate::problem::Problem;
use crate::redact::prose;

/// Why a response gave no reply.
///
/// ```
/// use jumio_model::AccountId;
/// use jumio_model::api::DeleteAccount;
/// use jumio_model::endpoint::{Endpoint, ReplyError};
///
/// let response = http::Response::builder().status(429).body(br#"{"title":"Too Many Requests"}"#).unwrap();
/// let error = DeleteAccount::new(AccountId::new("a-1")).read(response).unwrap_err();
/// assert_eq!(error.to_string(), "delete_account was refused with 429: Too Many Requests");
/// assert!(matches!(error, ReplyError::Refused(refused) if refused.retry_after().is_none()));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ReplyError {
    /// The service said no.
    Refused(Box<Refused>),
    /// The service said yes, and the body has another shape than documented.
    Unreadable(Box<Unreadable>),
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::Unreadable(unreadable) => unreadable.fmt(f),
        }
    }
}

impl std::error::Error for ReplyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Unreadable(unreadable) => Some(&unreadable.error),
        }
    }
}

/// A reply with a status other than 2xx (protocol 9.1, 9.2).
#[derive(Clone)]
#[non_exhaustive]
pub struct Refused {
    /// The call's name.
    pub endpoint: &'static str,
    /// The status.
    pub status: StatusCode,
    /// The service's own words.
    pub problem: Problem,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body as far as it came, its first 16 KiB. May echo the request: do not log it.
    pub body: Vec<u8>,
    /// Whether an earlier attempt at the same call may have been processed ([`InDoubt`]): then even a refusal does not prove
    /// that nothing happened.
    pub in_doubt: bool,
    /// Whether the call asks for what Jumio has yet to finish.
    looks_up: bool,
}

/// How much of a refusal's body is kept: what a service has to say of it is in its first lines.
const MOST_KEPT: usize = 16 * 1024;

/// How much of a body a preview shows.
const PREVIEW: usize = 256;

/// Headers in which services and gateways number their requests. No source names one for Jumio (protocol 9.1).
const REQUEST_IDS: [&str; 7] =
    ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amzn-trace-id", "x-amz-cf-id", "cf-ray"];

impl Refused {
    pub(super) fn new(endpoint: &'static str, looks_up: bool, response: &Response<impl AsRef<[u8]>>) -> Self {
        let body = response.body().as_ref();
        Self {
            endpoint,
            status: response.status(),
            problem: Problem::read(body),
            headers: response.headers().clone(),
            body: body.get(..MOST_KEPT).unwrap_or(body).to_vec(),
            in_doubt: response.extensions().get::<InDoubt>().is_some(),
            looks_up,
        }
    }

    /// Whether what was asked for is not there (404), which soon after PROCESSED means *not yet* (protocol 7.10). Only of calls
    /// that look something up: to an upload or a deletion a 404 means something else.
    pub fn is_not_yet(&self) -> bool {
        self.looks_up && self.status == StatusCode::NOT_FOUND
    }

    /// The body's first 256 bytes, as [`Unreadable::preview`] shows them: not for logs.
    pub fn preview(&self) -> String {
        preview(&self.body)
    }

    /// The number that the service or a gateway gave the request, if a header has one: what its support asks for.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// When the service asked to be called again. No source mentions the header for Jumio; it is honored where it stands
    /// (protocol 9.3).
    pub fn retry_after(&self) -> Option<RetryAfter> {
        RetryAfter::read(self.headers.get(RETRY_AFTER)?.to_str().ok()?)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only a 4xx says that nothing was done.
        let word = if self.status.is_client_error() { "refused" } else { "answered" };
        write!(f, "{} was {word} with {}: {}", self.endpoint, self.status.as_u16(), self.problem)?;
        if self.in_doubt && self.status.is_client_error() {
            write!(f, "; an earlier attempt may have been processed")?;
        }
        match self.request_id() {
            Some(id) => write!(f, " (request id {id})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("endpoint", &self.endpoint)
            .field("status", &self.status)
            .field("problem", &self.problem)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// A `Retry-After` header, in either of its forms. No source mentions one for Jumio (protocol 9.3).
///
/// ```
/// use std::time::Duration;
///
/// use jumio_model::endpoint::RetryAfter;
///
/// assert_eq!(RetryAfter::read("7"), Some(RetryAfter::After(Duration::from_secs(7))));
/// assert_eq!(RetryAfter::read("soon"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// After this time.
    After(Duration),
    /// At this moment.
    At(DateTime<Utc>),
}

impl RetryAfter {
    /// Reads the header's value; `None` for anything that is neither a number of seconds nor an HTTP date.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(|seconds| Self::After(Duration::from_secs(seconds)));
        }
        DateTime::parse_from_rfc2822(text).ok().map(|date| Self::At(date.to_utc()))
    }

    /// How long to wait from `now`; zero where the moment has passed.
    pub fn wait_from(self, now: DateTime<Utc>) -> Duration {
        match self {
            Self::After(wait) => wait,
            Self::At(moment) => (moment - now).to_std().unwrap_or_default(),
        }
    }
}

/// A successful reply whose body has another shape than documented. What came is kept.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unreadable {
    /// The call's name.
    pub endpoint: &'static str,
    /// The status.
    pub status: StatusCode,
    /// Where and why reading failed.
    pub error: ReadError,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body as it came. May hold personal data and tokens: do not log it.
    pub body: Vec<u8>,
}

impl Unreadable {
    pub(super) fn new(endpoint: &'static str, response: &Response<impl AsRef<[u8]>>, error: ReadError) -> Self {
        let body = response.body().as_ref().to_vec();
        Self { endpoint, status: response.status(), error, headers: response.headers().clone(), body }
    }

    /// The number that the service or a gateway gave the request, if a header has one.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers)
    }

    /// The body's first 256 bytes in one line, without control characters, URLs' paths and queries, and what looks like a
    /// token. It may hold personal data all the same: for a person who looks into one case, not for logs.
    pub fn preview(&self) -> String {
        preview(&self.body)
    }
}

fn preview(body: &[u8]) -> String {
    prose(&String::from_utf8_lossy(body.get(..PREVIEW).unwrap_or(body)))
}

/// The number that a service or a gateway gave a request, if a header of its response has one, as it may be printed: short, and
/// of harmless characters alone.
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let harmless = |id: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b':' | b';');
        (1..=128).contains(&id.len()) && id.bytes().all(plain) && !id.contains("eyJ")
    };
    let mut found = REQUEST_IDS.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    found.find(harmless).map(str::to_owned)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (endpoint, status) = (self.endpoint, self.status.as_u16());
        write!(f, "the reply to {endpoint} (status {status}) cannot be read: {}", self.error)
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreadable")
            .field("endpoint", &self.endpoint)
            .field("status", &self.status)
            .field("error", &self.error)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
