//! Hints: what a callback says, on its way to a flow.

use chrono::{DateTime, Utc};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};

use super::keys::CallbackKey;
use crate::machine::Told;

/// How many hints a store holds that no flow has bound yet. When one more comes, the oldest of them goes.
pub const MOST_UNBOUND_HINTS: usize = 10_000;

/// How many hints to one callback key a store holds, and a few more until it looks again. Jumio sends a handful; when somebody who
/// knows a key sends more, the oldest go: a hint only says where to look, so the newest says it as well.
pub const MOST_HINTS_OF_ONE: usize = 64;

/// For whom a hint is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HintAddress {
    /// For the flow whose callback URL has this key. Known even while the account call's answer is lost.
    Key(CallbackKey),
    /// For the flow that bound this transaction, or will bind it.
    Execution(WorkflowExecutionId),
}

/// Something that says that a transaction moved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// For whom.
    pub address: HintAddress,
    /// What it says.
    pub told: Told,
    /// What makes it the same hint as another: a second one with this text is a duplicate.
    pub identity: String,
}

impl Hint {
    /// A hint that says nothing but where the transaction stands.
    pub fn new(address: HintAddress, status: Option<WorkflowStatus>, identity: impl Into<String>) -> Self {
        Self { address, told: Told::new(status), identity: identity.into() }
    }

    /// The callback key, where it is addressed by one.
    pub fn key(&self) -> Option<&CallbackKey> {
        match &self.address {
            HintAddress::Key(key) => Some(key),
            HintAddress::Execution(_) => None,
        }
    }

    /// Names the transaction and its account, as far as the callback did.
    #[must_use]
    pub fn naming(mut self, account: Option<AccountId>, execution: Option<WorkflowExecutionId>) -> Self {
        self.told = self.told.about(account, execution);
        self
    }

    /// Says by which attempt's callback URL it came; without it, it counts for whichever is the present one, and names none.
    #[must_use]
    pub fn by_attempt(mut self, attempt: u32) -> Self {
        self.told = self.told.by_attempt(attempt);
        self
    }
}

/// What a store did with a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivered {
    /// It is new and kept.
    New,
    /// The same one came before.
    Duplicate,
}

/// A hint's number in its store.
pub type HintId = i64;

/// A hint that waits for its flow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredHint {
    /// Its number.
    pub id: HintId,
    /// What it says.
    pub told: Told,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

impl StoredHint {
    /// A hint that a store kept.
    pub fn new(id: HintId, told: Told, received_at: DateTime<Utc>) -> Self {
        Self { id, told, received_at }
    }
}
