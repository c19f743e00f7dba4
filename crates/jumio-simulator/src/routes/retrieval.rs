//! Retrieval (protocol 7): status, details and part download, all with the OAuth access token.

use std::sync::Arc;

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse as _;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs, upload};
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::transaction::{Credential, Status, Transaction};

pub(super) async fn status(call: Arc<Call>) -> Answer {
    let transaction = find(&call)?;
    let base = &call.shared.base_url;
    let reply = json!({
        "account": { "id": transaction.account_id, "href": hrefs::account(base, &transaction) },
        "workflowExecution": {
            "id": transaction.execution_id,
            "href": hrefs::execution_short(base, &transaction),
            "definitionKey": transaction.order.definition_key,
            "status": transaction.status.text(),
        },
    });
    Ok(Json(reply).into_response())
}

/// Both paths: with the account and without.
pub(super) async fn details(call: Arc<Call>) -> Answer {
    let transaction = find(&call)?;
    let hidden = call.shared.settings.details_404_for;
    let fresh = transaction.completed_at.is_some_and(|at| call.shared.now() < at.after(hidden));
    if fresh && transaction.status == Status::Processed {
        // Seen live: the details come a moment later than the news that they are there (protocol 7.10).
        return Err(Refusal::not_found("the workflow execution"));
    }
    Ok(Json(details_of(&call.shared, &transaction)).into_response())
}

pub(super) async fn part(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let missing = || Refusal::not_found("the part");
    let credential_id = call.parameter("credentialId");
    let transaction = call
        .shared
        .execution_of_credential(credential_id)
        .and_then(|execution| call.shared.peek(&execution))
        .filter(|transaction| transaction.account_id == call.parameter("accountId"))
        .ok_or_else(missing)?;
    let classifier = call.parameter("classifier");
    let part = transaction
        .credential(credential_id)
        .and_then(|found| found.parts.iter().find(|part| part.classifier == classifier))
        .ok_or_else(missing)?;
    let content = call
        .shared
        .store
        .content(credential_id, &part.classifier)
        .await
        .map_err(|error| Refusal::internal(format!("cannot read the content: {error}")))?;
    // Which type Jumio gives back for a page that came as PDF is not known (protocol 7.9). Chosen: what it is.
    Ok(([(header::CONTENT_TYPE, part.media.content_type())], content).into_response())
}

/// The execution that the path names, for a caller with an access token.
fn find(call: &Call) -> Result<Transaction, Refusal> {
    authorize::access(call)?;
    let transaction = upload::find(call)?;
    let account = call.parameter("accountId");
    // The short path names no account.
    if account.is_empty() || account == transaction.account_id {
        Ok(transaction)
    } else {
        Err(Refusal::not_found("the workflow execution"))
    }
}

/// The details (protocol 7.2). Members without a value are absent, never null (vocabulary 8.2).
fn details_of(shared: &Shared, transaction: &Transaction) -> Value {
    let base = &shared.base_url;
    let order = &transaction.order;
    let mut workflow = json!({
        "id": transaction.execution_id,
        "status": transaction.status.text(),
        "definitionKey": order.definition_key,
        "customerInternalReference": order.customer_internal_reference,
    });
    let optional = [("userReference", &order.user_reference), ("reportingCriteria", &order.reporting_criteria)];
    for (name, value) in optional {
        if let (Some(value), Some(workflow)) = (value, workflow.as_object_mut()) {
            workflow.insert(name.to_owned(), json!(value));
        }
    }
    let credentials: Vec<Value> =
        transaction.credentials.iter().map(|credential| credential_of(base, transaction, credential)).collect();
    let mut details = Map::new();
    details.insert("workflow".to_owned(), workflow);
    details.insert("account".to_owned(), json!({ "id": transaction.account_id }));
    let times = [
        ("createdAt", Some(transaction.created_at)),
        ("startedAt", transaction.started_at),
        ("completedAt", transaction.completed_at),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            details.insert(name.to_owned(), json!(time.text()));
        }
    }
    details.insert("credentials".to_owned(), json!(credentials));
    if let Some(decision) = decision_of(transaction.status) {
        details.insert("decision".to_owned(), decision);
    }
    let steps = format!("{}/steps", hrefs::execution(base, transaction));
    details.insert("steps".to_owned(), json!({ "href": steps }));
    // 10170 checks nothing (protocol 3.6).
    details.insert("capabilities".to_owned(), json!({}));
    Value::Object(details)
}

/// 10170 knows one outcome: stored. An expired execution is NOT_EXECUTED with -1, as current documentation has it; other
/// values were seen in 2023 (protocol 7.4).
///
/// Chosen: before the end the details can be read already and have no decision.
fn decision_of(status: Status) -> Option<Value> {
    let (kind, label, score) = match status {
        Status::Processed => ("PASSED", "PASSED", 0.0),
        Status::SessionExpired | Status::TokenExpired => ("NOT_EXECUTED", status.text(), -1.0),
        Status::Initiated | Status::AcquisitionStarted | Status::Acquired => return None,
    };
    Some(json!({ "type": kind, "details": { "label": label }, "risk": { "score": score } }))
}

fn credential_of(base: &str, transaction: &Transaction, credential: &Credential) -> Value {
    let mut reply = json!({ "id": credential.id, "category": credential.category.text() });
    let parts: Vec<Value> = credential
        .parts
        .iter()
        .map(|part| {
            let href = hrefs::part(base, transaction, credential, &part.classifier);
            json!({ "classifier": part.classifier, "href": href })
        })
        .collect();
    if let Some(object) = reply.as_object_mut() {
        if let Some(label) = &credential.label {
            object.insert("label".to_owned(), json!(label));
        }
        if !parts.is_empty() {
            object.insert("parts".to_owned(), json!(parts));
        }
    }
    reply
}
