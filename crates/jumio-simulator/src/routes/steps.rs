//! Steps and rules of an execution (protocol 7.8).

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::Call;
use super::details::decision_body;
use super::table::Answer;
use super::{reply, retrieval};
use crate::assessment::{REJECTED, StepDecision};
use crate::problem::Refusal;
use crate::variants::{RulesReply, ScoreForm, UnnamedSteps};

pub(super) async fn steps(call: Arc<Call>) -> Answer {
    let transaction = retrieval::find(&call)?;
    let variants = transaction.variants(&call.shared.settings);
    let workflow = call.shared.settings.workflows.find(&transaction.order.definition_key);
    // behavior: steps are 404 for a workflow with a key below 10000 | protocol 7.8 | documented
    let old = workflow.as_ref().is_some_and(|workflow| !workflow.is_kyx());
    // behavior: a workflow for which no step names were found has an empty list of steps | protocol 7.8 | chosen
    let unnamed = workflow.is_none_or(|workflow| workflow.steps.is_empty());
    if old || unnamed && variants.unnamed_steps == UnnamedSteps::NotFound {
        return Err(Refusal::not_found("the steps"));
    }
    let decided = transaction.assessment.iter().flat_map(|assessment| &assessment.steps);
    let steps: Vec<Value> = decided.map(|step| body(step, variants.score_form)).collect();
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, json!({ "steps": steps })))
}

// behavior: a step has its capabilities' ids and a decision; a risk score and reasons only where it is rejected | protocol 7.8, vocabulary 5 | documented
fn body(step: &StepDecision, form: ScoreForm) -> Value {
    let mut decision = step.decision.clone();
    if decision.kind != REJECTED {
        decision.score = None;
    }
    let mut decision = decision_body(&decision, form);
    if let (Some(reason), Some(members)) = (&step.reason, decision.as_object_mut()) {
        members.insert("reasons".to_owned(), json!([{ "label": reason }]));
    }
    json!({ "id": step.id, "name": step.name, "capabilityIds": step.capability_ids, "decision": decision })
}

pub(super) async fn rules(call: Arc<Call>) -> Answer {
    let transaction = retrieval::find(&call)?;
    // behavior: rules are an empty object: no official reply was found | protocol 7.8, 12 | chosen
    let body = match transaction.variants(&call.shared.settings).rules_reply {
        RulesReply::Empty => json!({}),
        RulesReply::Listed => json!({ "rules": [{ "id": "rule-1", "label": "example", "outcome": "PASSED" }] }),
        RulesReply::NotFound => return Err(Refusal::not_found("the rules")),
    };
    Ok(reply::json(&call, Some(&transaction), StatusCode::OK, body))
}
