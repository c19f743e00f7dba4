//! What is known of a workflow key: what it is called, what it needs and what it runs.

use super::generated::workflows::WORKFLOWS;
use super::{CapabilityName, Channel, CredentialCategory, StepName};
use crate::WorkflowKey;

/// What the reference says of a workflow (vocabulary 1). `docs/reference/workflow-keys.md` has the sources of each.
///
/// Keys are an open set: each workflow that a tenant designs gets a new one. So a key that is not here says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkflowInfo {
    /// The key, in digits.
    pub key: &'static str,
    /// What Jumio calls it, where a source does.
    pub name: Option<&'static str>,
    /// The credentials that must be asked for or already be there.
    pub required: &'static [CredentialCategory],
    /// The credentials that may be added.
    pub optional: &'static [CredentialCategory],
    /// What runs; empty for Doc Proof, which checks nothing, and where no source says.
    pub capabilities: &'static [CapabilityName],
    /// Whether the capabilities are a conclusion from the name, and in no source as such.
    pub capabilities_inferred: bool,
    /// How it may be used.
    pub channels: &'static [Channel],
    /// The steps it reports, where known.
    pub steps: &'static [StepName],
    /// How sure the row is.
    pub certainty: Certainty,
}

impl WorkflowInfo {
    /// Every workflow that the reference lists, by key.
    pub const KNOWN: &'static [Self] = WORKFLOWS;

    /// The workflow with this key, in digits as a reply has it (`workflow.definitionKey`).
    ///
    /// ```
    /// use jumio_model::vocabulary::{CapabilityName, CredentialCategory, WorkflowInfo};
    ///
    /// let workflow = WorkflowInfo::of("10026").unwrap();
    /// assert_eq!(workflow.required, [CredentialCategory::Document]);
    /// assert!(workflow.capabilities.contains(&CapabilityName::Extraction));
    /// assert!(WorkflowInfo::of("123456").is_none());
    /// ```
    pub fn of(key: &str) -> Option<&'static Self> {
        Self::KNOWN.iter().find(|known| known.key == key)
    }
}

impl WorkflowKey {
    /// What the reference says of the workflow, where it lists it.
    ///
    /// ```
    /// use jumio_model::WorkflowKey;
    ///
    /// assert!(WorkflowKey::DOC_PROOF.info().unwrap().capabilities.is_empty());
    /// ```
    pub fn info(&self) -> Option<&'static WorkflowInfo> {
        WorkflowInfo::of(&self.to_string())
    }
}

/// How sure a row of the reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// Jumio's documentation has it.
    Documented,
    /// Seen in real traffic.
    Observed,
    /// Read out of code by Jumio's own people.
    VendorCode,
    /// In a documented sample, and explained nowhere.
    SeenInSample,
    /// Told by someone who read what we could not.
    Secondary,
    /// In one unreliable place.
    Weak,
}

#[cfg(test)]
mod tests {
    use super::{CredentialCategory, WorkflowInfo};
    use crate::WorkflowKey;

    #[test]
    fn a_key_is_found_in_either_form() {
        let doc_proof = WorkflowKey::DOC_PROOF.info().unwrap();
        assert_eq!(Some(doc_proof), WorkflowKey::text("10170").info());
        assert_eq!(doc_proof.required, [CredentialCategory::Document]);
        assert_eq!(doc_proof.optional, [CredentialCategory::Data]);
    }

    #[test]
    fn no_key_is_listed_twice() {
        for (at, known) in WorkflowInfo::KNOWN.iter().enumerate() {
            let first = WorkflowInfo::KNOWN.iter().position(|other| other.key == known.key);
            assert_eq!(first, Some(at), "{}", known.key);
        }
    }
}
