//! The hosted Mock Service's way to choose an outcome (protocol 13): a JSON object as text in `customerInternalReference`.

use serde_json::{Map, Value};

use crate::assessment::{NOT_EXECUTED, PASSED, REJECTED, WARNING};
use crate::credential::Category;
use crate::labels;
use crate::plan::Plan;
use crate::workflow::Workflow;

const OWN_REFERENCE: &str = "customerInternalReference";
const LABEL: &str = "decisionLabel";
const CREDENTIAL: &str = "credentialWithDecision";
const EXTRACTION: &str = "extractionOverrides";

/// The object, where a reference is one of the Mock Service's: with its members and no others.
// behavior: a customerInternalReference that is a JSON object with the Mock Service's members alone chooses the outcome; its length and characters are not checked | protocol 13 | documented
pub(crate) fn recognise(reference: &str) -> Option<Map<String, Value>> {
    let members: Map<String, Value> = serde_json::from_str(reference).ok()?;
    let known = |name: &String| [OWN_REFERENCE, LABEL, CREDENTIAL, EXTRACTION].contains(&name.as_str());
    (!members.is_empty() && members.keys().all(known)).then_some(members)
}

/// The caller's own reference.
// behavior: replies carry the reference inside the Mock Service's JSON, or the whole text where there is none | protocol 13 | chosen
pub(crate) fn own_reference(members: &Map<String, Value>) -> Option<String> {
    members.get(OWN_REFERENCE)?.as_str().map(str::to_owned)
}

/// What the object chooses.
pub(crate) fn plan(members: &Map<String, Value>, workflow: &Workflow) -> Result<Plan, String> {
    let mut plan = Plan { by: vec!["mock-service".to_owned()], ..Plan::default() };
    let category = match text(members, CREDENTIAL)? {
        None => None,
        Some(name) => Some(Category::of(name).ok_or_else(|| format!("{CREDENTIAL}: is no credential"))?),
    };
    match text(members, LABEL)? {
        None | Some("OK") => {}
        Some(word @ (PASSED | WARNING | REJECTED | NOT_EXECUTED)) => plan.decision = Some(word.to_owned()),
        Some(label) => {
            // behavior: decisionLabel belongs to the first capability of the workflow that has this label for the credential; an unknown one is refused with 400 | protocol 13 | chosen
            let verdict = labels::verdict(label, category, workflow)
                .ok_or_else(|| format!("{LABEL}: {label} is no label of this workflow"))?;
            plan.verdicts.push(verdict);
        }
    }
    match members.get(EXTRACTION) {
        None => {}
        Some(Value::Object(overrides)) => {
            let renamed = overrides.iter().map(|(name, value)| {
                // The page's sample has `idType`; the reply calls it `type` (protocol 7.7).
                (if name == "idType" { "type" } else { name }.to_owned(), value.clone())
            });
            plan.data.insert("extraction".to_owned(), renamed.collect());
        }
        Some(_) => return Err(format!("{EXTRACTION}: must be an object")),
    }
    Ok(plan)
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| format!("{name}: must be a string")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, Workflow, own_reference, plan, recognise};

    #[test]
    fn the_pages_sample() {
        let members = recognise(
            r#"{"customerInternalReference":"order-17","decisionLabel":"NFC_CERTIFICATE","credentialWithDecision":"ID",
            "extractionOverrides":{"firstName":"ANN","idType":"PASSPORT"}}"#,
        )
        .unwrap();
        assert_eq!(own_reference(&members).as_deref(), Some("order-17"));
        let plan = plan(&members, &Workflow::known("10011").unwrap()).unwrap();
        let verdict = &plan.verdicts[0];
        assert_eq!((verdict.capability.as_str(), verdict.decision.as_str()), ("dataChecks", "REJECTED"));
        assert_eq!(verdict.category, Some(Category::Id));
        assert_eq!(plan.data["extraction"]["type"], "PASSPORT");
    }

    #[test]
    fn other_references_are_not_touched() {
        for text in ["order-17", "{1}", "{}", "17", r#"{"a":1}"#, r#"["decisionLabel"]"#] {
            assert!(recognise(text).is_none(), "{text}");
        }
        let members = recognise(r#"{"decisionLabel":"NO_SUCH_LABEL"}"#).unwrap();
        assert!(plan(&members, &Workflow::known("10011").unwrap()).unwrap_err().contains("no label"));
    }
}
