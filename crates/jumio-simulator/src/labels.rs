//! The labels of the reference: which decision one comes with, and which capability of a workflow it belongs to.

use jumio_model::vocabulary::{CapabilityName, CredentialCategory, Label, LabelScope};

use crate::credential::Category;
use crate::plan::Verdict;
use crate::workflow::Workflow;

/// The decision that a label comes with in a capability; nothing where the reference does not have it there.
pub(crate) fn decision(capability: &str, label: &str) -> Option<String> {
    let info = Label::from(label).explain(&CapabilityName::from(capability))?;
    info.decisions.first().map(|decision| decision.as_str().to_owned())
}

/// The labels of a capability.
pub(crate) fn of(capability: &str) -> Vec<String> {
    let capability = CapabilityName::from(capability);
    let known = Label::known().filter(|(label, _)| label.explain(&capability).is_some());
    known.map(|(label, _)| label.as_str().to_owned()).collect()
}

/// What a label says of a workflow: the capability is the first one that has it, for this credential where one is named.
///
/// A workflow that checks nothing gets the capability from all that the reference has.
pub(crate) fn verdict(label: &str, category: Option<Category>, workflow: &Workflow) -> Option<Verdict> {
    let explained = Label::from(label);
    let fits = |applies_to: &[CredentialCategory]| {
        category.is_none_or(|category| {
            applies_to.is_empty() || applies_to.iter().any(|applies| applies.as_str() == category.text())
        })
    };
    let candidates = explained.explanations().iter().filter_map(|info| match &info.scope {
        LabelScope::Capability(name) => Some((name.as_str(), info)),
        LabelScope::Workflow | LabelScope::Step => None,
        _ => None,
    });
    let runs = |name: &str| workflow.checks_nothing() || workflow.capabilities.iter().any(|own| own == name);
    let (capability, info) = candidates.filter(|(name, _)| runs(name)).find(|(_, info)| fits(info.applies_to))?;
    let decision = info.decisions.first()?.as_str().to_owned();
    Some(Verdict { capability: capability.to_owned(), category, decision, label: label.to_owned() })
}
