//! JSON replies: with what a scenario lays over them, and marked where Jumio was never seen to give the like.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::call::Call;
use crate::transaction::Transaction;

/// Every answer carries it, so that nobody takes this for Jumio.
pub(super) const SIMULATED: HeaderName = HeaderName::from_static("x-simulated");

/// A reply of this call, about this transaction where there is one.
pub(super) fn json(call: &Call, transaction: Option<&Transaction>, status: StatusCode, mut reply: Value) -> Response {
    // Both paths of the details are one call for a scenario.
    let endpoint = match call.endpoint {
        "get_details_by_execution" => "get_details",
        other => other,
    };
    match transaction {
        Some(transaction) => {
            if let Some(patch) = transaction.plan.as_ref().and_then(|plan| plan.replies.get(endpoint)) {
                patch.apply(&mut reply);
            }
        }
        None => {
            let for_all = call.shared.settings.scenarios.iter().filter(|scenario| scenario.is_for_all());
            for patch in for_all.filter_map(|scenario| scenario.replies().replies.get(endpoint)) {
                patch.apply(&mut reply);
            }
        }
    }
    let mut response = (status, Json(reply)).into_response();
    if transaction.is_some_and(Transaction::is_unobserved) {
        // behavior: a reply about an outcome that Jumio was never seen to give has x-simulated: SIMULATED; unobserved | no such header at Jumio | chosen
        response.headers_mut().insert(SIMULATED, HeaderValue::from_static("SIMULATED; unobserved"));
    }
    response
}
