//! One call as it is shown: readable, and without a secret.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use super::{Entry, Seen, mask};

/// One call to the simulator with its answer. Tokens and other secrets are `***`, and so are the values of prepared data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestRecord {
    /// Counts all calls, from 1.
    pub number: u64,
    /// The endpoint's name, such as `upload_document`; `unknown_path` where the path is none of Jumio's.
    pub endpoint: String,
    /// When it came, by the simulator's clock: `YYYY-MM-DDThh:mm:ss.SSSZ`.
    pub at: String,
    /// How long it took, in real time.
    pub microseconds: u64,
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The transaction that it concerned, where that can be told.
    pub workflow_execution_id: Option<String>,
    /// The HTTP status of the answer; what was to be answered, where a fault kept it from arriving.
    pub status: u16,
    /// The fault that struck it.
    pub fault: Option<String>,
    /// What came.
    pub request: Message,
    /// What was answered.
    pub reply: Message,
}

/// Headers and body of one direction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message {
    /// By lower-case name; several of one name are joined with a comma.
    pub headers: BTreeMap<String, String>,
    /// The body where it is JSON or a form and not too long.
    pub body: Option<Value>,
    /// The length of the body in bytes.
    pub size: u64,
}

impl RequestRecord {
    pub(super) fn of(number: u64, entry: &Entry) -> Self {
        let reply = Message::of(entry.endpoint, &entry.reply_headers, &entry.reply_body);
        let opened = || reply.body.as_ref()?.pointer("/workflowExecution/id")?.as_str().map(str::to_owned);
        Self {
            number,
            endpoint: entry.endpoint.to_owned(),
            at: entry.at.text(),
            microseconds: entry.microseconds,
            method: entry.method.to_string(),
            path: mask::path(&entry.uri),
            workflow_execution_id: entry.execution.clone().or_else(opened),
            status: entry.status,
            fault: entry.fault.map(str::to_owned),
            request: Message::of(entry.endpoint, &entry.request_headers, &entry.request_body),
            reply,
        }
    }

    /// Whether it was answered with success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Message {
    fn of(endpoint: &str, headers: &HeaderMap, seen: &Seen) -> Self {
        let mut shown: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in headers {
            let value = mask::header(name, &String::from_utf8_lossy(value.as_bytes()));
            let entry = shown.entry(name.as_str().to_owned()).or_default();
            if !entry.is_empty() {
                entry.push_str(", ");
            }
            entry.push_str(&value);
        }
        let is_form =
            shown.get("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let body = if is_form { mask::form(&seen.text) } else { serde_json::from_slice(&seen.text).ok() };
        let body = body.map(|mut body| {
            mask::json(&mut body);
            if endpoint == "upload_prepared_data" {
                mask::persons(&mut body);
            }
            body
        });
        Self { headers: shown, body, size: seen.size }
    }
}
