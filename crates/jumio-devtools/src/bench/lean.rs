//! The rival that a careful user writes: the members of a retrieval that everybody needs, by a plain derive.
//!
//! It reads nothing odd, keeps no text, knows no vocabulary and names no path, so it is a floor and not an alternative. What a
//! capability read it leaves as its text, as the type does, by the means of the parser that reads it.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "D: Deserialize<'de>")]
#[expect(dead_code, reason = "it is only read into")]
pub(super) struct LeanDetails<D> {
    workflow: Workflow,
    account: Account,
    created_at: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    #[serde(default)]
    credentials: Vec<Credential>,
    decision: Option<Decision>,
    steps: Option<Link>,
    #[serde(default)]
    capabilities: BTreeMap<String, Vec<Capability<D>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only read into")]
struct Workflow {
    id: String,
    status: String,
    definition_key: Option<String>,
    user_reference: Option<String>,
    customer_internal_reference: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Account {
    id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Link {
    href: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Credential {
    id: String,
    category: String,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Part {
    classifier: Option<String>,
    href: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Decision {
    #[serde(rename = "type")]
    decision_type: String,
    details: Option<Label>,
    risk: Option<Risk>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Label {
    label: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Risk {
    score: Option<f64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct Capability<D> {
    id: Option<String>,
    #[serde(default)]
    credentials: Vec<CapabilityCredential>,
    decision: Option<Decision>,
    data: Option<D>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct CapabilityCredential {
    id: String,
    category: Option<String>,
}
