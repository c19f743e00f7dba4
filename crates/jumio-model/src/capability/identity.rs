//! What the checks of face and person found: image checks, liveness, similarity, authentication.

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Integer, Object, Text, Texts};
use crate::redact::silent;
use crate::vocabulary::{FaceSearchStatus, FacemapType, SimilarityResult};

/// What `imageChecks` found beside its decision. Absent where the search among known faces is off; filled even where the check
/// was not executed (live).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageChecksData {
    /// The search among known faces.
    #[serde_as(deserialize_as = "Object")]
    pub face_search_findings: Option<FaceSearchFindings>,
}

/// Whether the face was seen before in the tenant's transactions.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct FaceSearchFindings {
    /// How the search went.
    #[serde_as(deserialize_as = "Text")]
    pub status: Option<FaceSearchStatus>,
    /// The transactions in which the same face was found; absent where there is none.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// What `liveness` saw. Absent where the image was bad (live). The age is personal data.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct LivenessData {
    /// How the face was captured.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "type")]
    pub kind: Option<FacemapType>,
    /// Years, as guessed from the face.
    #[serde_as(deserialize_as = "Integer")]
    pub predicted_age: Option<i64>,
    /// Within which range, such as `24-44`.
    #[serde_as(deserialize_as = "Text")]
    pub age_confidence_range: Option<String>,
}

/// Whether the faces are one person's. Says `NOT_MATCH` where the label says `NO_MATCH` (protocol trap 16); one live payload had
/// MATCH here and NOT_POSSIBLE in the label: the decision is what counts.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SimilarityData {
    /// The result.
    #[serde_as(deserialize_as = "Text")]
    pub similarity: Option<SimilarityResult>,
}

/// How a returning person was captured.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthenticationData {
    /// How the face was captured.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "type")]
    pub kind: Option<FacemapType>,
}

silent! { ImageChecksData FaceSearchFindings LivenessData SimilarityData AuthenticationData }
