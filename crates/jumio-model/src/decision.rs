//! Jumio's decision, and what it means to the one who asked.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{LabelText, List, Numeric, Object, Text};
use crate::{DecisionType, WorkflowDetails};

/// A decision of a transaction, a step or a capability (protocol 7.4). How sure: documented and seen, but for the
/// reasons.
///
/// ```
/// use jumio_model::{Decision, DecisionType};
///
/// let body = br#"{"type":"WARNING","details":{"label":"WARNING"},"risk":{"score":40}}"#;
/// let decision: Decision = jumio_model::from_slice(body)?;
/// assert_eq!((&decision.decision_type, decision.label()), (&DecisionType::Warning, Some("WARNING")));
/// assert_eq!(decision.risk_score(), Some(40.0));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Decision {
    /// `PASSED`, `WARNING`, `REJECTED` or `NOT_EXECUTED`; an empty one where the reply has none.
    #[serde(rename = "type", default)]
    pub decision_type: DecisionType,
    /// Why, in a label.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub details: Option<DecisionDetails>,
    /// The concrete reasons, of a step alone: why an authentication was refused stands nowhere else (vocabulary 4.1).
    /// How sure: one page.
    #[serde_as(deserialize_as = "List")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<DecisionReason>,
    /// How risky; on transactions, and on steps in some samples.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub risk: Option<Risk>,
}

impl Decision {
    /// The label: for a transaction mostly the same word as the type, unless a ruleset of the tenant says otherwise;
    /// `TOKEN_EXPIRED` was documented, too. For a capability one of its list ([`Label`](crate::Label)).
    pub fn label(&self) -> Option<&str> {
        self.details.as_ref()?.label.as_deref()
    }

    /// The risk score, 0 to 100, or `None` where there is none or Jumio's `-1` says that nothing ran (protocol 7.4).
    pub fn risk_score(&self) -> Option<f64> {
        self.risk.as_ref()?.score.as_ref()?.value()
    }
}

/// A concrete reason of a step's decision (`decision.reasons[]`, vocabulary 4.1). How sure: its two members are named by
/// one page, and one label is known, `FACE_INVALID_DIGITAL_COPY`.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DecisionReason {
    /// The reason.
    #[serde_as(deserialize_as = "LabelText")]
    #[serde(default)]
    pub label: Option<String>,
    /// What kind of reason: no source shows a value.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "type", default)]
    pub reason_type: Option<String>,
}

/// Why a decision is as it is (`decision.details`, protocol 7.4).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DecisionDetails {
    /// The label. Free text once a ruleset is configured (vocabulary 0.8).
    #[serde_as(deserialize_as = "LabelText")]
    #[serde(default)]
    pub label: Option<String>,
}

/// How risky (`decision.risk`, protocol 7.4).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Risk {
    /// The score.
    #[serde_as(deserialize_as = "Numeric")]
    #[serde(default)]
    pub score: Option<RiskScore>,
}

/// A risk score as it came: Jumio writes `0`, `0.0`, `80`, `-1.0` (vocabulary 8.1; documented and seen). What a number
/// means by the default bands is [`RiskBand`](crate::RiskBand).
///
/// ```
/// use jumio_model::RiskScore;
///
/// let scores: Vec<RiskScore> = jumio_model::from_slice(b"[0.0, 80, -1.0]")?;
/// assert_eq!(scores.iter().map(RiskScore::value).collect::<Vec<_>>(), [Some(0.0), Some(80.0), None]);
/// assert_eq!(serde_json::to_string(&scores).unwrap(), "[0.0,80,-1.0]");
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RiskScore(Number);

impl From<Number> for RiskScore {
    fn from(number: Number) -> Self {
        Self(number)
    }
}

impl RiskScore {
    /// 0 to 100; `None` for the `-1` that stands for "not executed".
    pub fn value(&self) -> Option<f64> {
        self.0.as_f64().filter(|score| *score >= 0.0)
    }
}

/// What a decision means to the one who asked. The words are this crate's; [`WorkflowDetails::outcome`] says how they
/// are concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The upload was accepted and stored, and nothing was checked: all that `PASSED` means for Doc Proof (protocol
    /// trap 15).
    Stored,
    /// Jumio's checks passed.
    Accepted,
    /// Jumio found something that a person should look at.
    Review,
    /// Jumio rejected what it was given.
    Refused,
    /// Nothing was checked: something went wrong or was missing, or a deadline passed.
    NotExecuted,
    /// A decision that this version does not know. Treat it as one to look at.
    Unknown(DecisionType),
}

impl WorkflowDetails {
    /// What the decision means; `None` where there is none: not yet, or never, as on workflows below 10000 (vocabulary
    /// 0.10).
    ///
    /// A transaction that expired was not executed, whatever decision it carries: a live one had REJECTED with a score
    /// of 100 (protocol trap 14). PASSED is [`Outcome::Stored`] on 10170, and on any workflow where no capability came
    /// to a decision: the quickstart's own sample has 10026 with none.
    ///
    /// ```
    /// use jumio_model::{Outcome, WorkflowDetails};
    ///
    /// let body = br#"{"workflow":{"id":"w","status":"TOKEN_EXPIRED"},"account":{"id":"a"},
    ///     "decision":{"type":"REJECTED"}}"#;
    /// let details: WorkflowDetails = jumio_model::from_slice(body)?;
    /// assert_eq!(details.outcome(), Some(Outcome::NotExecuted));
    /// # Ok::<(), jumio_model::ReadError>(())
    /// ```
    pub fn outcome(&self) -> Option<Outcome> {
        let decision = self.decision.as_ref()?;
        if self.workflow.status.is_expired() {
            return Some(Outcome::NotExecuted);
        }
        Some(match &decision.decision_type {
            DecisionType::Passed if self.checks_nothing() => Outcome::Stored,
            DecisionType::Passed => Outcome::Accepted,
            DecisionType::Warning => Outcome::Review,
            DecisionType::Rejected => Outcome::Refused,
            DecisionType::NotExecuted => Outcome::NotExecuted,
            other => Outcome::Unknown(other.clone()),
        })
    }

    // The quickstart answers a 10170 request with definitionKey 10026 and empty capabilities, so the key alone does not
    // tell: where no capability came to a decision, nothing was checked.
    fn checks_nothing(&self) -> bool {
        // A decision without a word for it is none.
        let executed = |decision: &Decision| {
            !matches!(decision.decision_type, DecisionType::NotExecuted) && !decision.decision_type.as_str().is_empty()
        };
        let mut runs = self.capabilities.values().flatten().filter_map(|run| run.decision.as_ref());
        self.workflow.definition_key.as_deref() == Some("10170") || !runs.any(executed)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Outcome, WorkflowDetails};

    #[test]
    fn passed_means_stored_where_nothing_was_checked() {
        let cases = [
            ("10170", "PASSED", "{}", Outcome::Stored),
            ("10026", "PASSED", "{}", Outcome::Stored),
            ("10026", "PASSED", r#"{"usability":[]}"#, Outcome::Stored),
            ("10026", "PASSED", r#"{"usability":[{"decision":{"type":"NOT_EXECUTED"}}]}"#, Outcome::Stored),
            ("10026", "PASSED", r#"{"usability":[{"decision":{}}]}"#, Outcome::Stored),
            ("10026", "PASSED", r#"{"usability":[{"decision":{"type":"PASSED"}}]}"#, Outcome::Accepted),
            ("10026", "WARNING", r#"{"usability":[{"id":"u"}]}"#, Outcome::Review),
            ("10026", "REJECTED", r#"{"usability":[{"id":"u"}]}"#, Outcome::Refused),
            ("10170", "NOT_EXECUTED", "{}", Outcome::NotExecuted),
            ("10170", "MAYBE", "{}", Outcome::Unknown("MAYBE".into())),
        ];
        for (key, decision, capabilities, expected) in cases {
            let text = format!(
                r#"{{"workflow":{{"id":"w","status":"PROCESSED","definitionKey":"{key}"}},"account":{{"id":"a"}},
                "decision":{{"type":"{decision}"}},"capabilities":{capabilities}}}"#
            );
            let details: WorkflowDetails = crate::from_slice(text.as_bytes()).unwrap();
            assert_eq!(details.outcome(), Some(expected), "{key} {decision}");
        }
    }
}
