//! What can go wrong with a call. A `[[faults]]` section and the control API use the same words.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text;
use crate::duration_text;

/// What goes wrong.
///
/// In JSON and TOML a kind without particulars is its name, `"reset_after"`, and one with particulars an object,
/// `{ "too_many_requests": { "after": "30s", "form": "date" } }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultKind {
    /// The call is not looked at; this is the answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Headers of the answer, such as `Retry-After`.
        #[serde(default, with = "text::pairs")]
        headers: Vec<(String, String)>,
        /// The body, as it is.
        #[serde(default)]
        body: String,
    },
    /// The call is looked at only after so long (real time, not the simulator's).
    Delay(#[serde(with = "duration_text")] Duration),
    /// 429 with Jumio's body (protocol 9.1); nothing was done.
    TooManyRequests {
        /// What `Retry-After` says; without it there is no such header, as far as is known of Jumio (protocol 9.3).
        #[serde(default, with = "duration_text::optional")]
        after: Option<Duration>,
        /// In which of the two forms.
        #[serde(default)]
        form: RetryAfter,
    },
    /// This status (5xx, as a rule) with a problem body.
    Failure {
        /// The HTTP status.
        status: u16,
        /// Whether the work was done all the same.
        #[serde(default)]
        done: bool,
    },
    /// A page in HTML, as a gateway before Jumio sends it.
    GatewayPage {
        /// The HTTP status, such as 502.
        status: u16,
        /// Whether the work was done all the same.
        #[serde(default)]
        done: bool,
    },
    /// The connection is reset and nothing was done.
    ResetBefore,
    /// The work is done, and the connection is reset instead of an answer.
    ResetAfter,
    /// The work is done, and these bytes stand in the answer's body instead of what belongs there.
    Garbage(#[serde(with = "text::bytes")] Vec<u8>),
    /// The work is done; of the answer's body only the first half comes, as a whole message.
    Truncated,
    /// The work is done; the connection ends in the middle of the answer's body.
    Cut,
    /// The work is done; the answer's body comes in small pieces.
    Drip {
        /// How large a piece is.
        bytes: usize,
        /// How long it is from one to the next (real time).
        #[serde(with = "duration_text")]
        pause: Duration,
    },
    /// The work is done; the answer says that its body is of this type.
    ContentType(String),
    /// The work is done; one value of the answer is a word that nobody documented.
    UnknownValue {
        /// Which one: a JSON pointer such as `/workflowExecution/status`. Without it, one of those that are words of a list.
        #[serde(default)]
        at: Option<String>,
    },
    /// The work is done; each object of the answer has a member more than is documented.
    ExtraMembers,
    /// The work is done; the answer lacks members.
    MissingMembers {
        /// Which one: a JSON pointer. Without it, all that are not always there (protocol 11, 12).
        #[serde(default)]
        at: Option<String>,
    },
    /// The work is done; the `Date` header and the times of the answer are so much later than they should be.
    ClockAhead(#[serde(with = "duration_text")] Duration),
    /// The work is done; the `Date` header and the times of the answer are so much earlier than they should be.
    ClockBehind(#[serde(with = "duration_text")] Duration),
}

/// The two forms of a `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryAfter {
    /// A number of seconds.
    #[default]
    Seconds,
    /// A date.
    Date,
}

impl FaultKind {
    /// An answer with Jumio's problem body, such as the documented one for 429.
    pub fn problem(status: u16, title: &str, detail: &str) -> Self {
        let body = serde_json::json!({ "title": title, "status": status, "detail": detail });
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Answer { status, headers, body: body.to_string() }
    }

    /// The same with one more header; only an [`Answer`](Self::Answer) has headers of its own.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// What it is called in JSON and TOML.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Delay(_) => "delay",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Failure { .. } => "failure",
            Self::GatewayPage { .. } => "gateway_page",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Garbage(_) => "garbage",
            Self::Truncated => "truncated",
            Self::Cut => "cut",
            Self::Drip { .. } => "drip",
            Self::ContentType(_) => "content_type",
            Self::UnknownValue { .. } => "unknown_value",
            Self::ExtraMembers => "extra_members",
            Self::MissingMembers { .. } => "missing_members",
            Self::ClockAhead(_) => "clock_ahead",
            Self::ClockBehind(_) => "clock_behind",
        }
    }
}
