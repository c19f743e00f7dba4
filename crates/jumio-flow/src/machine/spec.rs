//! What a flow is asked to do.

use std::fmt;
use std::path::PathBuf;

use jumio_model::api::PreparedData;
use jumio_model::{AccountId, AccountRequest, Media, WorkflowExecutionId};
use serde::{Deserialize, Serialize};

use super::{Keep, Policy, is_default};

/// What to open, how it will be collected, and by which policy. Part of the saved state.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spec {
    /// The account call's body.
    pub request: AccountRequest,
    /// The account to open the transaction on; a new one where `None`.
    pub account: Option<AccountId>,
    /// How the document is collected.
    pub plan: Plan,
    /// Waits and bounds.
    pub policy: Policy,
    /// What is kept of the result, and whether Jumio erases its copy.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keep: Option<Keep>,
    /// Whether the callback URL ends in a key of this flow's own, so that every attempt can have another.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own_callback: bool,
}

impl Spec {
    /// Collects a document through the API: the pages in this order, one upload each.
    ///
    /// # Errors
    ///
    /// [`NoPages`] where there is none: the transaction would be paid for and finalized empty.
    pub fn upload(request: AccountRequest, pages: Vec<Page>) -> Result<Self, NoPages> {
        if pages.is_empty() {
            return Err(NoPages);
        }
        Ok(Self::new(request, Plan::Upload { prepared_data: None, pages }))
    }

    /// Lets the person use Jumio's hosted page or an SDK. Either finalizes by itself.
    pub fn person(request: AccountRequest) -> Self {
        Self::new(request, Plan::Person)
    }

    /// Follows a transaction that another system opened and collects for, from wherever it stands. `request` is what that
    /// system asked for; it is not sent, and a result that carries another reference is not taken for this flow's.
    pub fn adopted(request: AccountRequest, account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account: Some(account), ..Self::new(request, Plan::Adopted { execution }) }
    }

    fn new(request: AccountRequest, plan: Plan) -> Self {
        Self { request, account: None, plan, policy: Policy::default(), keep: None, own_callback: false }
    }

    /// Opens the transaction on an existing account.
    #[must_use]
    pub fn on_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Gives Jumio what is known of the person before the document. Only with [`upload`](Self::upload): the hosted page and
    /// the SDKs collect by themselves, and nothing is sent for them.
    #[must_use]
    pub fn with_prepared_data(mut self, data: PreparedData) -> Self {
        if let Plan::Upload { prepared_data, .. } = &mut self.plan {
            *prepared_data = Some(data);
        }
        self
    }

    /// Keeps files of the result once it is there, and has Jumio erase its copy after that, if asked.
    #[must_use]
    pub fn keeping(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Sets waits and bounds.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}

/// How the document is collected.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Plan {
    /// By this flow, through the API.
    Upload {
        /// What is known of the person, sent first.
        prepared_data: Option<PreparedData>,
        /// The document's files, in order.
        pages: Vec<Page>,
    },
    /// By the person, on the hosted page or in an SDK.
    Person,
    /// By another system, which opened the transaction, too.
    Adopted {
        /// The transaction.
        execution: WorkflowExecutionId,
    },
}

/// A file of the document, by reference: its bytes never enter the state.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page {
    /// Where the file is.
    pub path: PathBuf,
    /// What it is.
    pub media: Media,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes: an upload begins only if the file still is the one that was named.
    pub sha256: [u8; 32],
}

impl Page {
    /// A file by reference.
    pub fn new(path: impl Into<PathBuf>, media: Media, bytes: u64, sha256: [u8; 32]) -> Self {
        Self { path: path.into(), media, bytes, sha256 }
    }
}

// A file's name often names a person.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Page({}, {} bytes)", self.media.content_type(), self.bytes)
    }
}

/// A document of no pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoPages;

impl fmt::Display for NoPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document needs at least one page")
    }
}

impl std::error::Error for NoPages {}
