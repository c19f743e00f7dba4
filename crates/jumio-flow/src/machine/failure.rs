//! A call that did not succeed, as the machine and a person need to know it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is certain after a call that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Certainty {
    /// Nothing was sent: no connection, no token, a file that changed.
    NotSent,
    /// The service refused, and did nothing.
    Refused,
    /// The call may have been processed.
    Unknown,
}

/// Why a call did not succeed. The text is fit to print: no secret, no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// What is certain.
    pub certainty: Certainty,
    /// The step: an endpoint's name, or `token`.
    pub step: String,
    /// The service's status, where it answered.
    pub status: Option<u16>,
    /// What happened, in one line, with the service's own words.
    pub message: String,
    /// Seconds after which the service asked to be called again.
    pub retry_after: Option<u64>,
    /// Whether trying again without changing anything is pointless: a wrong secret, a host that is not allowed, a file
    /// that changed.
    pub is_final: bool,
}

impl Failure {
    /// A failure of a step.
    pub fn new(certainty: Certainty, step: impl Into<String>, message: impl Into<String>) -> Self {
        Self { certainty, step: step.into(), status: None, message: message.into(), retry_after: None, is_final: false }
    }

    /// Adds the service's status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds when the service asked to be called again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// Says that trying again is pointless until something changes.
    #[must_use]
    pub fn finally(mut self) -> Self {
        self.is_final = true;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
