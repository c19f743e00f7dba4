//! What happened, for whoever asserts on it: the transactions and calls that `/_sim/transactions` and
//! [`Simulator::transactions`](crate::Simulator::transactions) show. No token and no content is in it.

use serde::{Deserialize, Serialize};

use crate::transaction::Transaction;

/// One transaction as the simulator saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransactionRecord {
    /// The account.
    pub account_id: String,
    /// The workflow execution.
    pub workflow_execution_id: String,
    /// Where it stands now, in Jumio's words: `INITIATED`, `PROCESSED`, …
    pub status: String,
    /// As sent with the account call.
    pub user_reference: Option<String>,
    /// As sent with the account call.
    pub customer_internal_reference: String,
    /// What chose its outcome: names of scenarios, `mock-service`, `SIM:BLURRED`; empty where nothing did.
    pub played: Vec<String>,
    /// Whether it came to something that Jumio was never seen to give, such as a Doc Proof that rejects.
    pub unobserved: bool,
    /// Every call that concerned it, refused ones too, oldest first.
    pub calls: Vec<CallRecord>,
    /// Every callback about it, oldest first.
    pub callbacks: Vec<CallbackRecord>,
}

impl TransactionRecord {
    pub(crate) fn of(transaction: &Transaction) -> Self {
        let callback = |notice: &crate::callbacks::Notice| CallbackRecord {
            status: notice.status.clone(),
            answers: notice.attempts.iter().map(|attempt| attempt.answer.clone()).collect(),
            left: notice.left,
            lost: notice.lost,
        };
        Self {
            account_id: transaction.account_id.clone(),
            workflow_execution_id: transaction.execution_id.clone(),
            status: transaction.status.text().to_owned(),
            user_reference: transaction.order.user_reference.clone(),
            customer_internal_reference: transaction.order.customer_internal_reference.clone(),
            played: transaction.plan.as_ref().map(|plan| plan.by.clone()).unwrap_or_default(),
            unobserved: transaction.is_unobserved(),
            calls: transaction.calls.clone(),
            callbacks: transaction.notices.iter().map(callback).collect(),
        }
    }

    /// How many calls of this endpoint were answered with success.
    ///
    /// A call counts when its work was done, even if a fault kept the answer from arriving.
    pub fn succeeded(&self, endpoint: &str) -> usize {
        self.calls.iter().filter(|call| call.endpoint == endpoint && (200..300).contains(&call.status)).count()
    }
}

/// One call to the simulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallRecord {
    /// The endpoint's name, such as `upload_document`; `hosted_page` for the page behind `web.href`.
    pub endpoint: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// When it was answered, by the simulator's clock: `YYYY-MM-DDThh:mm:ss.SSSZ`.
    pub at: String,
}

/// One callback to the transaction's `callbackUrl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallbackRecord {
    /// The status that it reports.
    pub status: String,
    /// What came back each time: a status code, or why there was no answer.
    pub answers: Vec<String>,
    /// How often it is still to be sent.
    pub left: u32,
    /// Lost on purpose: it is never sent.
    pub lost: bool,
}
