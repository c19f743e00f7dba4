//! Finalize (protocol 5): the uploads are complete, processing begins.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::json;

use super::call::Call;
use super::table::Answer;
use super::{authorize, upload};
use crate::clock::Moment;
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::transaction::Transaction;

/// The body is not looked at: none, `{}` and other things were seen.
pub(super) async fn finalize(call: Arc<Call>) -> Answer {
    let claims = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    authorize::names(&call, &claims, &transaction)?;
    let shared = &call.shared;
    call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| apply(shared, transaction, now))?;
    let reply = json!({
        "timestamp": shared.now().text(),
        "account": { "id": transaction.account_id },
        "workflowExecution": { "id": transaction.execution_id },
    });
    Ok(Json(reply).into_response())
}

/// Finalizes, where that is possible now.
pub(super) fn apply(shared: &Shared, transaction: &mut Transaction, now: Moment) -> Result<(), Refusal> {
    if transaction.status.is_expired() {
        // Chosen; what Jumio says is not known. 412 with this text is its Web SDK backend's answer (protocol 5).
        return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, "Acquisition expired."));
    }
    if !transaction.status.takes_uploads() {
        // Chosen: a second finalize gets the answer of the first and changes nothing, as PUT may be repeated.
        return Ok(());
    }
    if !transaction.has_document() {
        // Chosen; no source shows the answer. The transaction stays open, so that the page can still be uploaded.
        return Err(Refusal::bad_request("the DOCUMENT credential has no part"));
    }
    transaction.finalize(now, shared.settings.processing_delay);
    Ok(())
}
