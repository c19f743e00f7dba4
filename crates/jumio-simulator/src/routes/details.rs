//! The details of an execution (protocol 7.2), under both paths.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::table::Answer;
use super::{hrefs, reply, retrieval};
use crate::assessment::{Decision, Finding, NOT_EXECUTED};
use crate::credential::{Category, Credential};
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::transaction::{Status, Transaction};
use crate::variants::{CredentialOrder, EarlyDetails, ScoreForm, Variants};

pub(super) async fn details(call: Arc<Call>) -> Answer {
    let transaction = retrieval::find(&call)?;
    let variants = transaction.variants(&call.shared.settings);
    let hidden = transaction.timing.details_404;
    let fresh = transaction.completed_at.is_some_and(|at| call.shared.now() < at.after(hidden));
    // behavior: the details may be 404 for a moment after PROCESSED, where a delay is set | protocol 7.10 | observed
    // behavior: before the end the details can be read and have no decision | protocol 7.2 | chosen
    let early = !transaction.status.is_terminal() && variants.early_details == EarlyDetails::NotFound;
    if early || fresh && transaction.status == Status::Processed {
        return Err(Refusal::not_found("the workflow execution"));
    }
    let body = body(&call, &transaction, variants);
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
}

// behavior: members without a value are absent, never null | vocabulary 8.2 | observed
fn body(call: &Call, transaction: &Transaction, variants: Variants) -> Value {
    let shared = &call.shared;
    let order = &transaction.order;
    let mut workflow = json!({
        "id": transaction.execution_id,
        "status": retrieval::shown(call, transaction),
        "definitionKey": order.definition_key,
        "customerInternalReference": order.customer_internal_reference,
    });
    let optional = [("userReference", &order.user_reference), ("reportingCriteria", &order.reporting_criteria)];
    for (name, value) in optional {
        if let (Some(value), Some(workflow)) = (value, workflow.as_object_mut()) {
            workflow.insert(name.to_owned(), json!(value));
        }
    }
    let mut credentials: Vec<Value> =
        transaction.credentials.iter().map(|credential| credential_body(shared, transaction, credential)).collect();
    if variants.credential_order == CredentialOrder::Reversed {
        credentials.reverse();
    }
    let mut details = Map::new();
    details.insert("workflow".to_owned(), workflow);
    details.insert("account".to_owned(), json!({ "id": transaction.account_id }));
    // behavior: startedAt is absent where nothing was handed in; completedAt is there from the end | protocol 7.2 | observed
    let times = [
        ("createdAt", Some(transaction.created_at)),
        ("startedAt", transaction.started_at),
        ("completedAt", transaction.completed_at),
        ("wipedOutAt", transaction.wiped_at),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            details.insert(name.to_owned(), json!(time.text()));
        }
    }
    details.insert("credentials".to_owned(), json!(credentials));
    let is_kyx = shared.settings.workflows.find(&order.definition_key).is_none_or(|workflow| workflow.is_kyx());
    if is_kyx {
        if let Some(assessment) = &transaction.assessment {
            details.insert("decision".to_owned(), decision_body(&assessment.decision, variants.score_form));
        }
        let steps = format!("{}/steps", hrefs::execution_long(&shared.sites, transaction));
        details.insert("steps".to_owned(), json!({ "href": steps }));
    }
    details.insert("capabilities".to_owned(), capabilities(shared, transaction, variants));
    Value::Object(details)
}

// behavior: capabilities maps each name to a list; it is {} for Doc Proof and for expired executions | protocol 7.2, vocabulary 8.2 | documented
fn capabilities(shared: &Shared, transaction: &Transaction, variants: Variants) -> Value {
    let mut capabilities = Map::new();
    let findings = transaction.assessment.iter().flat_map(|assessment| &assessment.findings);
    for finding in findings {
        let entries = capabilities.entry(finding.capability.clone()).or_insert_with(|| json!([]));
        if let Some(entries) = entries.as_array_mut() {
            entries.push(entry(shared, transaction, finding, variants));
        }
    }
    Value::Object(capabilities)
}

fn entry(shared: &Shared, transaction: &Transaction, finding: &Finding, variants: Variants) -> Value {
    let mut entry = json!({ "id": finding.id, "decision": decision_body(&finding.decision, variants.score_form) });
    let Some(members) = entry.as_object_mut() else { return entry };
    if !finding.credentials.is_empty() {
        let about = |(id, category): &(String, Category)| {
            let mut about = json!({ "id": id, "category": category.text() });
            let label = transaction.credential(id).and_then(|credential| credential.label.as_ref());
            if let (Some(label), Some(members)) = (label, about.as_object_mut()) {
                members.insert("label".to_owned(), json!(label));
            }
            about
        };
        let credentials: Vec<Value> = finding.credentials.iter().map(about).collect();
        members.insert("credentials".to_owned(), json!(credentials));
    }
    if let Some(data) = &finding.data {
        members.insert("data".to_owned(), data.clone());
    }
    // behavior: liveness and authentication that ran with a face map say where it is in validFaceMapForAuthentication | protocol 7.5, vocabulary 4.2 | observed
    let facemap = transaction.of_category(Category::Facemap).filter(|facemap| facemap.part("FACEMAP").is_some());
    if let ("liveness" | "authentication", Some(facemap), true) =
        (finding.capability.as_str(), facemap, finding.decision.kind != NOT_EXECUTED)
    {
        let href = hrefs::part(&shared.sites, transaction, facemap, "FACEMAP");
        members.insert("validFaceMapForAuthentication".to_owned(), json!(href));
    }
    entry
}

/// A decision as it stands in a reply.
pub(super) fn decision_body(decision: &Decision, form: ScoreForm) -> Value {
    let mut body = json!({ "type": decision.kind, "details": { "label": decision.label } });
    if let (Some(score), Some(members)) = (decision.score, body.as_object_mut()) {
        let score = match form {
            ScoreForm::Integer if score.fract() == 0.0 => json!(score as i64),
            _ => json!(score),
        };
        members.insert("risk".to_owned(), json!({ "score": score }));
    }
    body
}

// behavior: a credential has parts only if something was handed in and not wiped; the part FACEMAP has no href | protocol 7.3 | observed
fn credential_body(shared: &Shared, transaction: &Transaction, credential: &Credential) -> Value {
    let mut body = json!({ "id": credential.id, "category": credential.category.text() });
    let part = |classifier: &str| match classifier {
        "FACEMAP" => json!({ "classifier": classifier }),
        _ => {
            let href = hrefs::part(&shared.sites, transaction, credential, classifier);
            json!({ "classifier": classifier, "href": href })
        }
    };
    let parts: Vec<Value> = credential.parts.iter().map(|found| part(&found.classifier)).collect();
    if let Some(members) = body.as_object_mut() {
        if let Some(label) = &credential.label {
            members.insert("label".to_owned(), json!(label));
        }
        if !parts.is_empty() {
            members.insert("parts".to_owned(), json!(parts));
        }
    }
    body
}
