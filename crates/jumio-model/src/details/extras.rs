//! What some tenants find in their details beside the result: feedback, reuse of an identity, consent by credential.
//!
//! Their members come from samples; each may have more, which [`Raw`](crate::Raw) keeps.

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Flag, Text};
use crate::redact::silent;
use crate::vocabulary::{ConsentCollector, FeedbackStatus, ReusableIdentitySource, ReusableIdentityStatus};

/// What the customer told Jumio of the decision afterwards (`feedback`, protocol 7.2). How sure: one sample with the status;
/// a reason, at least, exists and was never shown.
///
/// ```
/// use jumio_model::Feedback;
/// use jumio_model::vocabulary::FeedbackStatus;
///
/// let feedback: Feedback = jumio_model::from_slice(br#"{"status":"FRAUD"}"#)?;
/// assert_eq!(feedback.status, Some(FeedbackStatus::Fraud));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Feedback {
    /// `FRAUD`, and others.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub status: Option<FeedbackStatus>,
}

/// Whether the person was known from an earlier transaction (`credentials[].reusableIdentity`, protocol 7.3). How sure:
/// one sample, which does not explain itself: the meaning is read off the names.
///
/// ```
/// use jumio_model::ReusableIdentity;
/// use jumio_model::vocabulary::ReusableIdentityStatus;
///
/// let reuse: ReusableIdentity = jumio_model::from_slice(br#"{"status":"ID_NOT_FOUND","source":"JUMIO"}"#)?;
/// assert_eq!(reuse.status, Some(ReusableIdentityStatus::IdNotFound));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReusableIdentity {
    /// `ID_NOT_FOUND`, and others.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub status: Option<ReusableIdentityStatus>,
    /// Where an earlier identity was looked for.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub source: Option<ReusableIdentitySource>,
}

/// The person's consent to one credential (`credentials[].consent`, protocol 7.3). A boolean here and a text in the request
/// (protocol trap 21). How sure: one documented sample.
///
/// ```
/// use jumio_model::CredentialConsent;
///
/// let consent: CredentialConsent = jumio_model::from_slice(br#"{"decisionAccepted":true,"collectedBy":"CUSTOMER"}"#)?;
/// assert_eq!(consent.decision_accepted, Some(true));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialConsent {
    /// Whether the person agreed.
    #[serde_as(deserialize_as = "Flag")]
    #[serde(default)]
    pub decision_accepted: Option<bool>,
    /// Who asked.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub collected_by: Option<ConsentCollector>,
}

// What a person said is about the person.
silent!(CredentialConsent);
