//! Deletion of an execution or of an account with all its executions (protocol 8), on the retrieval host.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::authorize;
use super::call::Call;
use super::retrieval;
use super::table::Answer;
use crate::clock::Moment;
use crate::problem::Refusal;
use crate::transaction::Transaction;
use crate::variants::DeletionReply;

pub(super) async fn execution(call: Arc<Call>) -> Answer {
    let transaction = retrieval::find(&call)?;
    // behavior: deleting what is deleted is 404 | protocol 9.2, 8 | inferred
    if transaction.deleted_at.is_some() {
        return Err(Refusal::not_found("the workflow execution"));
    }
    let status = status(&call);
    call.change(&transaction.execution_id, status, |transaction, now| {
        delete(transaction, now);
        Ok(())
    })?;
    Ok(status.into_response())
}

// behavior: deleting an account deletes all its executions | protocol 8 | documented
pub(super) async fn account(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let executions = call.shared.executions_of(call.parameter("accountId"));
    if executions.is_empty() {
        return Err(Refusal::not_found("the account"));
    }
    let status = status(&call);
    for execution in executions {
        call.change(&execution, status, |transaction, now| {
            delete(transaction, now);
            Ok(())
        })?;
    }
    Ok(status.into_response())
}

// behavior: a deletion answers 200 without a body; the body is not known | protocol 8 | chosen
fn status(call: &Call) -> StatusCode {
    match call.shared.settings.variants.deletion_reply {
        DeletionReply::Empty => StatusCode::OK,
        DeletionReply::NoContent => StatusCode::NO_CONTENT,
    }
}

/// At once and for good; metadata and decision stay (protocol 8).
// behavior: deletion is immediate: personal data is gone, metadata and decision are kept | protocol 8 | documented
fn delete(transaction: &mut Transaction, now: Moment) {
    transaction.deleted_at = Some(now);
    transaction.wipe(now);
}
