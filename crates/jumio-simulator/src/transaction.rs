//! One transaction: what was asked for, what was uploaded, and how it moves on by itself as time passes. No I/O, no clock:
//! whoever calls says what time it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::media::Media;
use crate::record::CallRecord;

/// After the start a session ends when nothing happens for so long (protocol 10.4).
pub(crate) const SESSION: Duration = Duration::from_secs(15 * 60);

/// Where a transaction stands (protocol 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Initiated,
    AcquisitionStarted,
    Acquired,
    Processed,
    SessionExpired,
    TokenExpired,
}

impl Status {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Initiated => "INITIATED",
            Self::AcquisitionStarted => "ACQUISITION_STARTED",
            Self::Acquired => "ACQUIRED",
            Self::Processed => "PROCESSED",
            Self::SessionExpired => "SESSION_EXPIRED",
            Self::TokenExpired => "TOKEN_EXPIRED",
        }
    }

    pub(crate) fn is_expired(self) -> bool {
        matches!(self, Self::SessionExpired | Self::TokenExpired)
    }

    pub(crate) fn takes_uploads(self) -> bool {
        matches!(self, Self::Initiated | Self::AcquisitionStarted)
    }
}

/// Which credential (vocabulary 2); 10170 has these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Category {
    Data,
    Document,
}

impl Category {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Document => "DOCUMENT",
        }
    }
}

/// One credential of a transaction with what was uploaded to it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) category: Category,
    pub(crate) label: Option<String>,
    pub(crate) parts: Vec<Part>,
}

impl Credential {
    pub(crate) fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }
}

/// One uploaded part. The bytes are kept elsewhere, under the credential's id and the classifier.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) classifier: String,
    pub(crate) media: Media,
    pub(crate) size: u64,
}

/// What an account call asks for, checked.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) definition_key: String,
    pub(crate) customer_internal_reference: String,
    pub(crate) user_reference: Option<String>,
    pub(crate) reporting_criteria: Option<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) token_lifetime: Duration,
    pub(crate) success_url: Option<String>,
    pub(crate) error_url: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) country: String,
    pub(crate) document_type: String,
    pub(crate) document_label: Option<String>,
    pub(crate) data_label: Option<String>,
    /// Pages that this type may have (protocol 4.2).
    pub(crate) max_pages: u32,
}

/// A callback to be sent, or sent.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) status: Status,
    /// How often it is still to be sent.
    pub(crate) left: u32,
    /// What came back each time: a status code, or why there was none.
    pub(crate) answers: Vec<String>,
}

/// One transaction.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// Counts all transactions of this simulator, from 1.
    pub(crate) number: u64,
    pub(crate) account_id: String,
    pub(crate) execution_id: String,
    pub(crate) token: String,
    pub(crate) order: Order,
    pub(crate) status: Status,
    pub(crate) created_at: Moment,
    pub(crate) token_expires_at: Moment,
    pub(crate) started_at: Option<Moment>,
    pub(crate) last_activity_at: Option<Moment>,
    pub(crate) processed_due: Option<Moment>,
    pub(crate) completed_at: Option<Moment>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) calls: Vec<CallRecord>,
}

impl Transaction {
    pub(crate) fn credential(&self, id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    pub(crate) fn credential_mut(&mut self, id: &str) -> Option<&mut Credential> {
        self.credentials.iter_mut().find(|credential| credential.id == id)
    }

    /// Whether each document that the workflow needs has a part. DATA may stay empty (protocol 4.4).
    pub(crate) fn has_document(&self) -> bool {
        self.credentials
            .iter()
            .filter(|credential| credential.category == Category::Document)
            .all(|credential| !credential.parts.is_empty())
    }

    /// When this transaction next moves by itself.
    pub(crate) fn due(&self) -> Option<Moment> {
        match self.status {
            Status::Initiated => Some(self.token_expires_at),
            Status::AcquisitionStarted => self.last_activity_at.map(|at| at.after(SESSION)),
            Status::Acquired => self.processed_due,
            Status::Processed | Status::SessionExpired | Status::TokenExpired => None,
        }
    }

    /// Makes the move that is due, if one is. `notices` is how often the end is reported.
    pub(crate) fn settle(&mut self, now: Moment, notices: u32) -> bool {
        let Some(due) = self.due().filter(|due| *due <= now) else {
            return false;
        };
        self.status = match self.status {
            Status::Initiated => Status::TokenExpired,
            Status::AcquisitionStarted => Status::SessionExpired,
            Status::Acquired => Status::Processed,
            ended => ended,
        };
        self.completed_at = Some(due);
        if self.order.callback_url.is_some() && notices > 0 {
            self.notices.push(Notice { status: self.status, left: notices, answers: Vec::new() });
        }
        true
    }

    /// Somebody uploaded a page: the session starts, or goes on for another while.
    pub(crate) fn touch(&mut self, now: Moment) {
        // Chosen. The status call documents INITIATED as "nothing uploaded" and names no other word for this time;
        // callbacks call it ACQUISITION_STARTED (protocol 7.1). Clients must take either for "in progress".
        self.status = Status::AcquisitionStarted;
        self.started_at = self.started_at.or(Some(now));
        self.last_activity_at = Some(now);
    }

    pub(crate) fn finalize(&mut self, now: Moment, processing: Duration) {
        self.status = Status::Acquired;
        self.processed_due = Some(now.after(processing));
    }
}
