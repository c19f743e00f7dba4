//! What a result means to the application: rules over decision and labels, as values.

use jumio_model::{Decision, Outcome, WorkflowDetails};
use serde::{Deserialize, Serialize};

/// What a result means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Good.
    Accepted,
    /// A person has to look at it.
    Review,
    /// The applicant is asked for another document.
    Retake,
    /// No.
    Refused,
    /// The document is stored and nothing was checked: all that `PASSED` means for Doc Proof (protocol trap 15).
    Stored,
}

impl Verdict {
    /// Its name, in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Review => "review",
            Self::Retake => "retake",
            Self::Refused => "refused",
            Self::Stored => "stored",
        }
    }
}

/// One rule: what a result means if it has this decision and this label, where they are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// The workflow's decision, as Jumio writes it: `PASSED`, `WARNING`, `REJECTED`, `NOT_EXECUTED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// A label of the workflow's decision or of any capability's: `BLURRED`, `MISSING_PAGE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it means then.
    pub verdict: Verdict,
}

impl Rule {
    /// A result with this decision means that.
    pub fn decision(decision: impl Into<String>, verdict: Verdict) -> Self {
        Self { decision: Some(decision.into()), label: None, verdict }
    }

    /// A result with this label means that.
    pub fn label(label: impl Into<String>, verdict: Verdict) -> Self {
        Self { decision: None, label: Some(label.into()), verdict }
    }

    /// And it must have this label, too.
    #[must_use]
    pub fn and_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    fn fits(&self, details: &WorkflowDetails) -> bool {
        let decision = details.decision.as_ref().map(|decision| decision.decision_type.as_str());
        self.decision.as_deref().is_none_or(|wanted| decision == Some(wanted))
            && self.label.as_deref().is_none_or(|wanted| has_label(details, wanted))
    }
}

fn has_label(details: &WorkflowDetails, wanted: &str) -> bool {
    details.decision.as_ref().and_then(Decision::label) == Some(wanted)
        || details.labels().any(|(_, label)| label.as_str() == wanted)
}

/// What `details` means: the first rule that fits, or else [`WorkflowDetails::outcome`].
///
/// ```
/// use jumio_flow::machine::{Rule, Verdict, verdict_of};
/// use jumio_model::WorkflowDetails;
///
/// let details: WorkflowDetails = jumio_model::from_slice(
///     br#"{"workflow":{"id":"w","status":"PROCESSED","definitionKey":"10026"},"account":{"id":"a"},
///     "decision":{"type":"REJECTED"},"capabilities":{"usability":[{"id":"u","decision":
///     {"type":"REJECTED","details":{"label":"BLURRED"}}}]}}"#,
/// )?;
/// assert_eq!(verdict_of(&[], &details), Verdict::Refused);
/// assert_eq!(verdict_of(&[Rule::label("BLURRED", Verdict::Retake)], &details), Verdict::Retake);
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
pub fn verdict_of(rules: &[Rule], details: &WorkflowDetails) -> Verdict {
    if let Some(rule) = rules.iter().find(|rule| rule.fits(details)) {
        return rule.verdict;
    }
    match details.outcome() {
        Some(Outcome::Stored) => Verdict::Stored,
        Some(Outcome::Accepted) => Verdict::Accepted,
        Some(Outcome::Refused) => Verdict::Refused,
        // Nothing was checked, or by a decision that this version does not know: for a person.
        _ => Verdict::Review,
    }
}
