//! Retrieval (protocol 7): what its calls have in common, the status, and the account.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs, reply, upload};
use crate::problem::Refusal;
use crate::transaction::{Status, Transaction};
use crate::variants::{AccountDetails, AfterDeletion, AfterWipe, StartedStatus};

pub(super) const ACCOUNT: &str = "get_account";

// behavior: the status call names the execution workflowExecution, with the short href and the key as text | protocol 7.1 | documented
pub(super) async fn status(call: Arc<Call>) -> Answer {
    let transaction = find(&call)?;
    let sites = &call.shared.sites;
    let body = json!({
        "account": { "id": transaction.account_id, "href": hrefs::account(sites, &transaction) },
        "workflowExecution": {
            "id": transaction.execution_id,
            "href": hrefs::execution_short(sites, &transaction),
            "definitionKey": transaction.order.definition_key,
            "status": shown(&call, &transaction),
        },
    });
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
}

/// The status as retrieval calls it.
// behavior: while pages come in the status is ACQUISITION_STARTED; the status call documents only INITIATED for that time | protocol 7.1 | chosen
pub(super) fn shown(call: &Call, transaction: &Transaction) -> &'static str {
    let started = transaction.variants(&call.shared.settings).started_status;
    match transaction.status {
        Status::AcquisitionStarted if started == StartedStatus::Initiated => Status::Initiated.text(),
        other => other.text(),
    }
}

/// GET of the account.
// behavior: GET of an account gives its id and address; the shape is known from nowhere | protocol 7, 12 | chosen
pub(super) async fn account(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let shared = &call.shared;
    let account = call.parameter("accountId");
    let known = shared.executions_of(account).first().and_then(|execution| shared.peek(execution));
    match known {
        Some(transaction) if shared.settings.variants.account_details == AccountDetails::IdAndHref => {
            let body = json!({ "account": { "id": account, "href": hrefs::account(&shared.sites, &transaction) } });
            Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
        }
        _ => Err(Refusal::not_found("the account")),
    }
}

/// The execution that the path names, for a caller with an access token.
// behavior: an execution that is unknown or deleted is 404 | protocol 7.10 | documented
pub(super) fn find(call: &Call) -> Result<Transaction, Refusal> {
    authorize::access(call)?;
    let transaction = upload::find(call)?;
    let account = call.parameter("accountId");
    // The short path names no account.
    let named = account.is_empty() || account == transaction.account_id;
    let variants = transaction.variants(&call.shared.settings);
    let wiped = transaction.wiped_at.is_some() && transaction.deleted_at.is_none();
    let deleted = transaction.deleted_at.is_some();
    // behavior: a deleted execution is 404, though its metadata and decision are kept somewhere | protocol 7.10, 8 | documented
    // behavior: after the retention time the details can still be read, with wipedOutAt | protocol 7.2 | documented
    let gone = deleted && variants.after_deletion == AfterDeletion::NotFound
        || wiped && variants.after_wipe == AfterWipe::NotFound;
    if named && !gone { Ok(transaction) } else { Err(Refusal::not_found("the workflow execution")) }
}
