//! What the checks of a workflow come to (protocol 7.4, 7.5): a decision for each capability, each step and the whole, from
//! what was uploaded and from what the plan says. What stands in a capability's `data` is worked out in a file of its own.

mod data;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::credential::{Category, Credential};
use crate::derived;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::transaction::{Status, Transaction};
use crate::variants::{ExpiredDecision, MissingConsent, Variants};
use crate::workflow::{Step, Workflow};

pub(crate) const PASSED: &str = "PASSED";
pub(crate) const WARNING: &str = "WARNING";
pub(crate) const REJECTED: &str = "REJECTED";
pub(crate) const NOT_EXECUTED: &str = "NOT_EXECUTED";

/// What came of a transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assessment {
    pub(crate) decision: Decision,
    /// In the order of the workflow.
    pub(crate) findings: Vec<Finding>,
    pub(crate) steps: Vec<StepDecision>,
    /// Whether a plan made it what Jumio was never seen to give: a Doc Proof with labels, or other than PASSED.
    #[serde(default)]
    pub(crate) unobserved: bool,
}

/// A decision with its label; without a score for a capability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) score: Option<f64>,
}

/// One entry of a capability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) id: String,
    pub(crate) capability: String,
    /// The ids and categories of its credentials.
    pub(crate) credentials: Vec<(String, Category)>,
    pub(crate) decision: Decision,
    pub(crate) data: Option<Value>,
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepDecision {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) capability_ids: Vec<String>,
    pub(crate) decision: Decision,
    pub(crate) reason: Option<String>,
}

impl Decision {
    fn of(kind: &str, label: &str) -> Self {
        Self { kind: kind.to_owned(), label: label.to_owned(), score: None }
    }

    /// The word itself as label, with a score of the default bands.
    // behavior: the default bands are PASSED 0-30, WARNING 31-70, REJECTED 71-100, and -1 for NOT_EXECUTED; here 0, 50, 100 and -1 | protocol 7.4 | documented
    fn overall(kind: &str) -> Self {
        let score = match kind {
            PASSED => 0.0,
            WARNING => 50.0,
            REJECTED => 100.0,
            _ => -1.0,
        };
        Self { kind: kind.to_owned(), label: kind.to_owned(), score: Some(score) }
    }

    fn stops(&self) -> bool {
        matches!(self.kind.as_str(), REJECTED | NOT_EXECUTED)
    }
}

impl Assessment {
    /// What a transaction that has just ended comes to.
    pub(crate) fn of(transaction: &Transaction, settings: &Settings) -> Self {
        let variants = transaction.variants(settings);
        if transaction.status.is_expired() {
            return Self::expired(transaction.status, variants);
        }
        let nothing = Plan::default();
        let plan = transaction.plan.as_deref().unwrap_or(&nothing);
        let workflow = settings.workflows.find(&transaction.order.definition_key);
        // behavior: an ID or a face that came over the API without consent ends REJECTED; no capability is executed, and what a scenario chooses counts more | protocol 3.4 | inferred
        let forbidden = transaction.consent_is_missing && variants.missing_consent == MissingConsent::Rejected;
        let findings =
            workflow.as_ref().map(|workflow| findings(transaction, workflow, plan, forbidden)).unwrap_or_default();
        let mut decision = match transaction.missing().next() {
            // behavior: a Doc Proof that was finalized without its document is NOT_EXECUTED | protocol 5 | chosen
            Some(_) if findings.is_empty() => Decision::overall(NOT_EXECUTED),
            _ if forbidden => Decision::overall(REJECTED),
            _ => Decision::overall(overall(&findings)),
        };
        if let Some(kind) = &plan.decision {
            decision = Decision::overall(kind);
        }
        if let Some(label) = &plan.label {
            decision.label.clone_from(label);
        }
        decision.score = plan.score.or(decision.score);
        let steps = workflow.as_ref().map(|workflow| steps(transaction, &workflow.steps, &findings, plan));
        // behavior: Doc Proof has no capabilities and is PASSED with risk 0; anything else comes only from a scenario and is marked unobserved | protocol 3.6, 7.2 | observed
        let unobserved = workflow.is_some_and(|workflow| workflow.checks_nothing()) && plan.decides();
        Self { decision, findings, steps: steps.unwrap_or_default(), unobserved }
    }

    fn expired(status: Status, variants: Variants) -> Self {
        // behavior: an expired execution is NOT_EXECUTED with its status as label and risk -1; REJECTED with 100 was seen in 2023 | protocol 7.4 | documented
        let decision = match variants.expired_decision {
            ExpiredDecision::NotExecuted => {
                Decision { label: status.text().to_owned(), ..Decision::overall(NOT_EXECUTED) }
            }
            ExpiredDecision::Rejected => Decision::overall(REJECTED),
        };
        Self { decision, findings: Vec::new(), steps: Vec::new(), unobserved: false }
    }

    /// Takes out what says something of a person; decisions and labels stay.
    // behavior: wiping empties the capabilities' data and keeps the decision | protocol 8 | inferred
    pub(crate) fn forget_persons(&mut self) {
        for finding in &mut self.findings {
            if let Some(data) = &mut finding.data {
                *data = json!({});
            }
        }
    }
}

/// Every entry of every capability, in the order of the workflow.
fn findings(transaction: &Transaction, workflow: &Workflow, plan: &Plan, forbidden: bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let named = plan.verdicts.iter().map(|verdict| &verdict.capability);
    let mut capabilities: Vec<&String> = workflow.capabilities.iter().collect();
    // A scenario may give a workflow a check that it does not have by itself.
    for name in named {
        if !capabilities.contains(&name) {
            capabilities.push(name);
        }
    }
    // What others depend on is worked out first; what is listed keeps its place.
    let mut order = capabilities.clone();
    order.sort_by_key(|name| RANK.iter().position(|known| known == name).unwrap_or(RANK.len()));
    for capability in order {
        for group in groups(capability, transaction) {
            let finding = finding(transaction, capability, &group, &found, plan, forbidden);
            found.push(finding);
        }
    }
    found.sort_by_key(|finding| capabilities.iter().position(|name| **name == finding.capability));
    found
}

/// The order of dependence (vocabulary 4.1).
const RANK: &[&str] = &["usability", "extraction", "imageChecks", "dataChecks"];

/// Which credentials each entry of a capability is about.
// behavior: usability has one entry for each credential, extraction for each ID and document, the others one for all that they look at | vocabulary 4.1 | observed
fn groups<'t>(capability: &str, transaction: &'t Transaction) -> Vec<Vec<&'t Credential>> {
    let all = || transaction.credentials.iter().filter(|credential| counts(credential));
    let of = |wanted: &[Category]| -> Vec<&'t Credential> {
        all().filter(|credential| wanted.contains(&credential.category)).collect()
    };
    let each = |wanted: &[Category]| of(wanted).into_iter().map(|credential| vec![credential]).collect();
    let together = |wanted: &[Category]| vec![of(wanted)];
    match capability {
        "usability" => each(&[Category::Id, Category::Facemap, Category::Selfie, Category::Document]),
        "extraction" => each(&[Category::Id, Category::Document]),
        "imageChecks" => together(&[Category::Id, Category::Selfie, Category::Document]),
        "dataChecks" => together(&[Category::Id]),
        "liveness" | "authentication" => together(&[Category::Selfie, Category::Facemap]),
        "similarity" => together(&[Category::Id, Category::Selfie]),
        // behavior: biometricVerification has no credentials member | protocol 7.5 | documented
        "biometricVerification" => vec![Vec::new()],
        _ => {
            let ids = of(&[Category::Id]);
            vec![if ids.is_empty() { of(&[Category::Data]) } else { ids }]
        }
    }
}

/// Whether the checks look at a credential.
// behavior: a FACEMAP that nobody's device captured is left out of the checks: over the API it cannot be uploaded | vocabulary 2 | chosen
fn counts(credential: &Credential) -> bool {
    let captured = !credential.parts.is_empty();
    match credential.category {
        Category::Facemap => captured,
        _ => captured || credential.required,
    }
}

fn finding(
    transaction: &Transaction,
    capability: &str,
    credentials: &[&Credential],
    before: &[Finding],
    plan: &Plan,
    forbidden: bool,
) -> Finding {
    let categories: Vec<Category> = credentials.iter().map(|credential| credential.category).collect();
    let decision = match plan.verdict(capability, &categories) {
        Some(verdict) => Decision::of(&verdict.decision, &verdict.label),
        None if forbidden => Decision::of(NOT_EXECUTED, "PRECONDITION_NOT_FULFILLED"),
        None => by_itself(capability, credentials, before),
    };
    let key = credentials.iter().map(|credential| credential.id.as_str()).collect::<Vec<_>>().join("+");
    let id = derived::id(&transaction.execution_id, &format!("{capability}/{key}"));
    let mut data = data::of(capability, transaction, credentials, &decision);
    if let Some(members) = plan.data.get(capability)
        && let Value::Object(own) = data.get_or_insert_with(|| Value::Object(Map::new()))
    {
        lay(own, members, &categories);
    }
    let credentials = credentials.iter().map(|credential| (credential.id.clone(), credential.category)).collect();
    Finding { id, capability: capability.to_owned(), credentials, decision, data }
}

/// Lays members over data; those below a category's name only where it is of that category.
fn lay(data: &mut Map<String, Value>, members: &Map<String, Value>, categories: &[Category]) {
    for (name, value) in members {
        match (Category::of(name), value) {
            (Some(category), Value::Object(own)) if categories.contains(&category) => data.extend(own.clone()),
            (Some(_), Value::Object(_)) => {}
            _ => {
                data.insert(name.clone(), value.clone());
            }
        }
    }
}

/// What a capability comes to where nobody chose.
fn by_itself(capability: &str, credentials: &[&Credential], before: &[Finding]) -> Decision {
    // behavior: a credential without a part has usability NOT_EXECUTED / NOT_UPLOADED | protocol 5, vocabulary 4.1 | observed
    if capability == "usability" && credentials.iter().any(|credential| credential.parts.is_empty()) {
        return Decision::of(NOT_EXECUTED, "NOT_UPLOADED");
    }
    let needs: &[&str] = match capability {
        "usability" => &[],
        "extraction" | "liveness" | "similarity" | "authentication" | "biometricVerification" => &["usability"],
        "imageChecks" => &["usability", "extraction"],
        _ => &["usability", "extraction", "imageChecks"],
    };
    let shares = |finding: &Finding| {
        finding.credentials.iter().any(|(id, _)| credentials.iter().any(|credential| credential.id == *id))
    };
    // behavior: where a check it depends on is REJECTED or NOT_EXECUTED, a capability is NOT_EXECUTED / PRECONDITION_NOT_FULFILLED | vocabulary 4.1 | observed
    let blocked = before
        .iter()
        .any(|finding| needs.contains(&finding.capability.as_str()) && shares(finding) && finding.decision.stops());
    if blocked {
        return Decision::of(NOT_EXECUTED, "PRECONDITION_NOT_FULFILLED");
    }
    let label = match capability {
        "similarity" => "MATCH",
        "biometricVerification"
        | "emailVerification"
        | "phoneVerification"
        | "geoIpVerification"
        | "deviceRiskVerification" => "LOW_RISK",
        _ => "OK",
    };
    Decision::of(PASSED, label)
}

/// What the findings come to as a whole.
// behavior: the gravest decision of a capability is that of the whole; UNSUPPORTED_COUNTRY and UNSUPPORTED_DOCUMENT_TYPE, though warnings, reject | vocabulary 4.1, 5 | inferred
fn overall(findings: &[Finding]) -> &'static str {
    let any = |kind: &str| findings.iter().any(|finding| finding.decision.kind == kind);
    let unsupported = findings.iter().any(|finding| {
        matches!(finding.decision.label.as_str(), "UNSUPPORTED_COUNTRY" | "UNSUPPORTED_DOCUMENT_TYPE")
            && finding.capability == "usability"
    });
    if any(REJECTED) || unsupported {
        REJECTED
    } else if any(WARNING) {
        WARNING
    } else if any(NOT_EXECUTED) {
        NOT_EXECUTED
    } else {
        PASSED
    }
}

fn steps(transaction: &Transaction, steps: &[Step], findings: &[Finding], plan: &Plan) -> Vec<StepDecision> {
    let decide = |step: &Step| {
        let own: Vec<Finding> =
            findings.iter().filter(|finding| step.capabilities.contains(&finding.capability)).cloned().collect();
        let decision = Decision::overall(overall(&own));
        // behavior: the reason of a rejected AUTHENTICATION stands in its step, such as FACE_INVALID_DIGITAL_COPY | vocabulary 5 | documented
        let default = (step.name == "AUTHENTICATION").then(|| "FACE_INVALID_DIGITAL_COPY".to_owned());
        let reason = plan.reason.clone().or(default).filter(|_| decision.kind == REJECTED);
        StepDecision {
            id: derived::id(&transaction.execution_id, &format!("step/{}", step.name)),
            name: step.name.clone(),
            capability_ids: own.into_iter().map(|finding| finding.id).collect(),
            decision,
            reason,
        }
    };
    steps.iter().map(decide).collect()
}
