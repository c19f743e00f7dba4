//! What a transaction is to come to, where somebody chose: by a scenario, by a request in the form of the Mock Service, or by
//! a mark in what was uploaded. Data only; what follows from it is the assessment's business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::credential::Category;
use crate::variants::Variants;

/// What was chosen for one transaction. Saved with it, so that a restart does not change its mind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Plan {
    /// Who chose: the scenario's name, `mock-service`, or the mark.
    pub(crate) by: Vec<String>,
    /// The decision of the whole transaction.
    pub(crate) decision: Option<String>,
    /// Its label, where it is another word than the decision.
    pub(crate) label: Option<String>,
    pub(crate) score: Option<f64>,
    /// The first reason of a rejected step (vocabulary 5).
    pub(crate) reason: Option<String>,
    /// By capability, for some or all of its credentials.
    pub(crate) verdicts: Vec<Verdict>,
    /// Members of a capability's `data`, laid over those that it has by itself.
    pub(crate) data: BTreeMap<String, Map<String, Value>>,
    /// By endpoint: members laid over a reply, and members taken out of it.
    pub(crate) replies: BTreeMap<String, Patch>,
    /// The answers to open questions, where they differ from the simulator's.
    pub(crate) variants: Option<Variants>,
}

/// The decision of a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) capability: String,
    /// For the entries with a credential of this category; for all of them where it is absent.
    pub(crate) category: Option<Category>,
    pub(crate) decision: String,
    pub(crate) label: String,
}

/// How a reply differs from what it would be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Patch {
    /// A name with `?` at its end is laid only over a member that is there.
    pub(crate) with: Map<String, Value>,
    /// Paths such as `credentials.parts.href`; lists are passed through.
    pub(crate) without: Vec<String>,
}

impl Plan {
    /// Whether it says how the transaction ends.
    pub(crate) fn decides(&self) -> bool {
        self.decision.is_some() || self.label.is_some() || self.score.is_some() || !self.verdicts.is_empty()
    }

    /// The verdict for a capability's entry with credentials of these categories; the one said last counts.
    pub(crate) fn verdict(&self, capability: &str, categories: &[Category]) -> Option<&Verdict> {
        self.verdicts.iter().rev().find(|verdict| {
            verdict.capability == capability && verdict.category.is_none_or(|category| categories.contains(&category))
        })
    }

    /// Takes over what the other one says, which counts more.
    pub(crate) fn overlay(&mut self, other: Self) {
        self.by.extend(other.by);
        self.decision = other.decision.or(self.decision.take());
        self.label = other.label.or(self.label.take());
        self.score = other.score.or(self.score);
        self.reason = other.reason.or(self.reason.take());
        self.verdicts.extend(other.verdicts);
        for (capability, members) in other.data {
            self.data.entry(capability).or_default().extend(members);
        }
        for (endpoint, patch) in other.replies {
            let own = self.replies.entry(endpoint).or_default();
            merge(&mut own.with, &patch.with);
            own.without.extend(patch.without);
        }
        self.variants = other.variants.or(self.variants);
    }
}

impl Patch {
    pub(crate) fn apply(&self, reply: &mut Value) {
        lay(reply, &Value::Object(self.with.clone()));
        for path in &self.without {
            let names: Vec<&str> = path.split('.').collect();
            take_out(reply, &names);
        }
    }
}

/// Lays members over an object; over each element where a list stands in the place of an object.
fn lay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => merge(under, over),
        (Value::Array(elements), Value::Object(_)) => elements.iter_mut().for_each(|element| lay(element, over)),
        (under, over) => *under = over.clone(),
    }
}

fn merge(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        let only_there = name.strip_suffix('?');
        if only_there.is_some_and(|name| !under.contains_key(name)) {
            continue;
        }
        let name = only_there.unwrap_or(name);
        match under.get_mut(name) {
            Some(own) if value.is_object() => lay(own, value),
            _ => {
                under.insert(name.to_owned(), value.clone());
            }
        }
    }
}

fn take_out(value: &mut Value, names: &[&str]) {
    match (value, names) {
        (Value::Array(elements), _) => elements.iter_mut().for_each(|element| take_out(element, names)),
        (Value::Object(members), [name]) => {
            members.remove(*name);
        }
        (Value::Object(members), [name, rest @ ..]) => {
            if let Some(inner) = members.get_mut(*name) {
                take_out(inner, rest);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Category, Patch, Plan, Verdict};

    #[test]
    fn a_patch_passes_through_lists() {
        let mut reply = json!({ "startedAt": "x", "credentials": [{ "id": "a", "parts": [{ "href": "h" }] }, {}] });
        let patch = Patch {
            with: json!({ "feedback": { "status": "FRAUD" }, "credentials": { "clientIp": "192.0.2.1", "parts?": { "captureType": "camera" } } })
                .as_object()
                .unwrap()
                .clone(),
            without: vec!["startedAt".to_owned(), "credentials.parts.href".to_owned(), "nothing.here".to_owned()],
        };
        patch.apply(&mut reply);
        let expected = json!({
            "feedback": { "status": "FRAUD" },
            "credentials": [{ "id": "a", "parts": [{ "captureType": "camera" }], "clientIp": "192.0.2.1" }, { "clientIp": "192.0.2.1" }],
        });
        assert_eq!(reply, expected);
    }

    #[test]
    fn what_is_said_last_counts() {
        let verdict = |category, label: &str| Verdict {
            capability: "usability".to_owned(),
            category,
            decision: "REJECTED".to_owned(),
            label: label.to_owned(),
        };
        let mut plan = Plan { verdicts: vec![verdict(None, "BLURRED")], ..Plan::default() };
        let later = Plan { verdicts: vec![verdict(Some(Category::Id), "GLARE")], ..Plan::default() };
        plan.overlay(later);
        assert!(plan.decides());
        assert_eq!(plan.verdict("usability", &[Category::Id]).unwrap().label, "GLARE");
        assert_eq!(plan.verdict("usability", &[Category::Selfie]).unwrap().label, "BLURRED");
        assert_eq!(plan.verdict("liveness", &[Category::Selfie]), None);
    }
}
