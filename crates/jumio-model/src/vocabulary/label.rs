//! Labels explained: what a label says in a capability, and what class of finding it is.
//!
//! The labels and their explanations are generated; how to ask for one stands here.

use super::{CapabilityName, CredentialCategory, DecisionType, Label};

/// What class of finding a label is: what to do about it, without knowing all of the labels.
///
/// The reference classes what passed, what did not run and what failed technically. The rest is concluded from the meaning,
/// the graver way where two readings are possible; [`LabelInfo::inferred`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LabelClass {
    /// The check ran and found nothing.
    Passed,
    /// Worth knowing, and says nothing against the person.
    BenignWarning,
    /// What was uploaded cannot be used; another upload may mend it.
    RetakeAsked,
    /// May be fraud or another risk: a person should look.
    FraudSignal,
    /// A fault of a system, of the settings or of the request, not of the person.
    Technical,
    /// The check did not run: something that it needs was missing or came to nothing.
    NotExecuted,
    /// Says no more than the decision; the reasons stand in the labels of the capabilities.
    Unexplained,
}

/// Where a label stands. The same word may mean different things in different places.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LabelScope {
    /// In the decision of a capability.
    Capability(CapabilityName),
    /// In the decision of the whole transaction. Free text where the tenant has a ruleset (vocabulary 0.8).
    Workflow,
    /// In the decision of a step.
    Step,
}

/// What a label says in one place (vocabulary 4.1). `docs/reference/capabilities.md` has the sources of each. The
/// meanings are in our words, and where a page has none, read off the label.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelInfo {
    /// Where it stands.
    pub scope: LabelScope,
    /// The decisions that it comes with; empty where the source does not say.
    pub decisions: &'static [DecisionType],
    /// What it says, in our words.
    pub meaning: &'static str,
    /// What class of finding it is.
    pub class: LabelClass,
    /// Whether the class is our conclusion. `docs/reference/capabilities.md` has the reason.
    pub inferred: bool,
    /// The credentials that it was documented for.
    pub applies_to: &'static [CredentialCategory],
}

/// Everything the reference says of a label (vocabulary 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelEntry {
    /// One explanation for each place it was documented in.
    pub explanations: &'static [LabelInfo],
}

impl Label {
    /// What the label says in a capability; `None` where the reference does not have it there.
    ///
    /// ```
    /// use jumio_model::vocabulary::{CapabilityName, Label, LabelClass};
    ///
    /// let blurred = Label::from("BLURRED").explain(&CapabilityName::Usability).unwrap();
    /// assert_eq!(blurred.class, LabelClass::RetakeAsked);
    /// assert_eq!(blurred.meaning, "The image is out of focus");
    /// assert!(Label::from("BLURRED").explain(&CapabilityName::Similarity).is_none());
    /// ```
    pub fn explain(&self, capability: &CapabilityName) -> Option<&'static LabelInfo> {
        self.explanations()
            .iter()
            .find(|info| matches!(&info.scope, LabelScope::Capability(name) if name == capability))
    }

    /// What the label says in the decision of a transaction; `None` for the free text of a tenant's ruleset.
    ///
    /// ```
    /// use jumio_model::vocabulary::{Label, LabelClass};
    ///
    /// assert_eq!(Label::from("TXN_PASSED").explain_decision().unwrap().class, LabelClass::Passed);
    /// assert!(Label::from("House rule 7").explain_decision().is_none());
    /// ```
    pub fn explain_decision(&self) -> Option<&'static LabelInfo> {
        self.explanations().iter().find(|info| info.scope == LabelScope::Workflow)
    }

    /// What the label says in the decision of a step or among its reasons.
    pub fn explain_step(&self) -> Option<&'static LabelInfo> {
        self.explanations().iter().find(|info| info.scope == LabelScope::Step)
    }

    /// What the label says in each place the reference has it; empty for an unknown label.
    pub fn explanations(&self) -> &'static [LabelInfo] {
        self.info().map(|entry| entry.explanations).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{CapabilityName, DecisionType, Label, LabelClass, LabelScope};

    #[test]
    fn the_same_word_is_explained_where_it_stands() {
        let label = Label::from("DIGITAL_COPY");
        let scopes = [CapabilityName::Usability, CapabilityName::ImageChecks, CapabilityName::Liveness];
        for scope in &scopes {
            assert_eq!(label.explain(scope).unwrap().scope, LabelScope::Capability(scope.clone()));
        }
        let country = Label::from("UNSUPPORTED_COUNTRY");
        let class = |scope| country.explain(&scope).unwrap().class;
        assert_eq!(class(CapabilityName::Usability), LabelClass::RetakeAsked);
        assert_eq!(class(CapabilityName::BraCpfValidation), LabelClass::BenignWarning);
        assert_eq!(class(CapabilityName::AddressValidation), LabelClass::NotExecuted);
    }

    #[test]
    fn a_label_of_a_ruleset_is_not_explained() {
        assert_eq!(Label::from("TXN_PASSED").explain_decision().unwrap().class, LabelClass::Passed);
        let own = Label::from("House rule 7");
        assert!(own.explain_decision().is_none() && own.explanations().is_empty());
        assert_eq!(own.as_str(), "House rule 7");
    }

    #[test]
    fn classes_follow_the_decisions() {
        for (label, _) in Label::known() {
            assert!(!label.explanations().is_empty(), "{label}");
            for info in label.explanations() {
                let passed = info.decisions == [DecisionType::Passed];
                if passed {
                    assert_eq!(info.class, LabelClass::Passed, "{label}");
                }
                let may_refuse = info.decisions.contains(&DecisionType::Rejected);
                let harmless = matches!(info.class, LabelClass::Passed | LabelClass::BenignWarning);
                assert!(!(may_refuse && harmless), "{label} may refuse and must not be waved through");
            }
        }
    }
}
