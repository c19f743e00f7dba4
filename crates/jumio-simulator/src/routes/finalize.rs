//! Finalize (protocol 5): the uploads are complete, processing begins.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::json;

use super::call::Call;
use super::table::Answer;
use super::{authorize, reply, upload};
use crate::clock::Moment;
use crate::credential::Category;
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::transaction::Transaction;
use crate::variants::{FinalizeReply, LateFinalize, MissingConsent, MissingCredential, MissingPage, SecondFinalize};

// behavior: finalize takes no body, `{}`, and anything else: it is not looked at | protocol 5 | observed
pub(super) async fn finalize(call: Arc<Call>) -> Answer {
    let bearer = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    authorize::names(&call, &bearer, &transaction)?;
    let shared = &call.shared;
    call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| apply(shared, transaction, now))?;
    let mut body = json!({
        "timestamp": shared.now().text(),
        "account": { "id": transaction.account_id },
        "workflowExecution": { "id": transaction.execution_id },
    });
    // behavior: finalize answers 200 with timestamp, account and workflowExecution | protocol 5 | documented
    match transaction.variants(&shared.settings).finalize_reply {
        FinalizeReply::Documented => {}
        FinalizeReply::Empty => return Ok(StatusCode::OK.into_response()),
        FinalizeReply::LikeUpload => body = upload::body(shared, &transaction, &json!({}), true),
    }
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
}

/// Finalizes, where that is possible now.
pub(super) fn apply(shared: &Shared, transaction: &mut Transaction, now: Moment) -> Result<(), Refusal> {
    let variants = transaction.variants(&shared.settings);
    if transaction.status.is_expired() {
        // behavior: finalize after the expiry is 412 "Acquisition expired.", as the Web SDK's backend says | protocol 5, 12 | chosen
        let status = match variants.late_finalize {
            LateFinalize::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            LateFinalize::Unauthorized => StatusCode::UNAUTHORIZED,
            LateFinalize::Conflict => StatusCode::CONFLICT,
            LateFinalize::NotFound => StatusCode::NOT_FOUND,
        };
        return Err(Refusal::new(status, "Acquisition expired."));
    }
    if !transaction.status.takes_uploads() {
        // behavior: a second finalize gets the answer of the first and changes nothing, as PUT may be repeated | protocol 5, 12 | chosen
        return match variants.second_finalize {
            SecondFinalize::SameAnswer => Ok(()),
            SecondFinalize::Conflict => Err(Refusal::new(StatusCode::CONFLICT, "Credentials in invalid state.")),
            SecondFinalize::NotFound => Err(Refusal::not_found("the workflow execution")),
        };
    }
    if transaction.consent_is_missing && variants.missing_consent == MissingConsent::Refused {
        return Err(Refusal::bad_request("userConsent: the person's consent is missing"));
    }
    is_complete(transaction, variants.missing_page, variants.missing_credential)?;
    transaction.finalize(now, &shared.settings);
    Ok(())
}

/// Whether every credential has what the workflow needs. DATA may stay empty (protocol 4.4).
// behavior: finalize without a page of the DOCUMENT is 400, and the execution stays open | protocol 5, 12 | chosen
// behavior: finalize without another credential is taken; it is NOT_UPLOADED in the result | protocol 5 | observed
fn is_complete(transaction: &Transaction, page: MissingPage, other: MissingCredential) -> Result<(), Refusal> {
    for missing in transaction.missing() {
        let said = format!("the {} credential has no part", missing.category.text());
        match (missing.category, page, other) {
            (Category::Document, MissingPage::Refused, _) => return Err(Refusal::bad_request(said)),
            (Category::Document, MissingPage::PreconditionFailed, _) => {
                return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, said));
            }
            (Category::Document, MissingPage::Accepted, _) | (_, _, MissingCredential::Accepted) => {}
            (_, _, MissingCredential::Refused) => return Err(Refusal::bad_request(said)),
        }
    }
    Ok(())
}
