//! `[outcome]`: the decision, the labels of the capabilities, and what stands in their data.

use super::{ScenarioError, Section};
use crate::assessment::{NOT_EXECUTED, PASSED, REJECTED, WARNING};
use crate::credential::Category;
use crate::labels;
use crate::plan::{Plan, Verdict};

const DECISIONS: [&str; 4] = [PASSED, WARNING, REJECTED, NOT_EXECUTED];

pub(super) fn read(section: &Section<'_>) -> Result<Plan, ScenarioError> {
    let mut plan = Plan {
        decision: decision(section, "decision")?,
        label: section.text("label")?,
        score: section.number("score")?,
        reason: section.text("reason")?,
        ..Plan::default()
    };
    if let Some(labels) = section.section("labels")? {
        for capability in labels.names() {
            verdicts(&labels, capability, &mut plan)?;
        }
        labels.finish()?;
    }
    if let Some(extraction) = section.members("extraction")? {
        plan.data.insert("extraction".to_owned(), extraction);
    }
    if let Some(data) = section.section("data")? {
        for capability in data.names() {
            plan.data.entry(capability.to_owned()).or_default().extend(data.members(capability)?.unwrap_or_default());
        }
        data.finish()?;
    }
    section.finish()?;
    Ok(plan)
}

fn decision(section: &Section<'_>, name: &str) -> Result<Option<String>, ScenarioError> {
    let decision = section.text(name)?;
    match &decision {
        Some(word) if !DECISIONS.contains(&word.as_str()) => {
            Err(section.problem(name, format!("must be one of {}", DECISIONS.join(", "))))
        }
        _ => Ok(decision),
    }
}

/// `capability = "LABEL"`, or a table with `label` and `decision`, or one of these for each category.
fn verdicts(labels: &Section<'_>, capability: &str, plan: &mut Plan) -> Result<(), ScenarioError> {
    if let Ok(Some(label)) = labels.text(capability) {
        plan.verdicts.push(verdict(labels, capability, capability, None, label, None)?);
        return Ok(());
    }
    let Some(inner) = labels.section(capability)? else { return Ok(()) };
    if inner.has("label") {
        plan.verdicts.push(spelled(&inner, capability, None)?);
        return Ok(());
    }
    for name in inner.names() {
        let Some(category) = Category::of(name) else {
            let known = Category::ALL.map(Category::text).join(", ");
            return Err(inner.problem(name, format!("is no credential; there are {known}, or label and decision")));
        };
        let read = match inner.text(name) {
            Ok(Some(label)) => verdict(&inner, name, capability, Some(category), label, None)?,
            _ => match inner.section(name)? {
                Some(spelled_out) => spelled(&spelled_out, capability, Some(category))?,
                None => continue,
            },
        };
        plan.verdicts.push(read);
    }
    inner.finish()
}

fn spelled(section: &Section<'_>, capability: &str, category: Option<Category>) -> Result<Verdict, ScenarioError> {
    let (label, decision) = (section.required_text("label")?, decision(section, "decision")?);
    section.finish()?;
    verdict(section, "label", capability, category, label, decision)
}

fn verdict(
    section: &Section<'_>,
    key: &str,
    capability: &str,
    category: Option<Category>,
    label: String,
    decision: Option<String>,
) -> Result<Verdict, ScenarioError> {
    let decision = match decision.or_else(|| labels::decision(capability, &label)) {
        Some(decision) => decision,
        None => {
            let known = labels::of(capability);
            let there =
                if known.is_empty() { "none are known".to_owned() } else { format!("there are {}", known.join(", ")) };
            return Err(section.problem(
                key,
                format!(
                    "no decision is known for {label} in {capability}: {there}; for another one write a table with label \
                     and decision"
                ),
            ));
        }
    };
    Ok(Verdict { capability: capability.to_owned(), category, decision, label })
}
