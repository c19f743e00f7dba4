//! What the checks of face and person found: image checks, liveness, similarity, authentication.

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Integer, Object, Text, Texts};
use crate::redact::silent;
use crate::vocabulary::{FaceSearchStatus, FacemapType, SimilarityResult};

/// What `imageChecks` found beside its decision (vocabulary 4.2). Absent where the search among known faces is off;
/// filled even where the check was not executed (seen). How sure: documented and seen.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::FaceSearchStatus;
///
/// let body = br#"{"data":{"faceSearchFindings":{"status":"DONE","findings":["w-1"]}}}"#;
/// let run: Capability = jumio_model::from_slice(body)?;
/// let search = run.image_checks().and_then(|data| data.face_search_findings).unwrap();
/// assert_eq!((search.status, search.findings.len()), (Some(FaceSearchStatus::Done), 1));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
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

/// Whether the face was seen before (`imageChecks[].data.faceSearchFindings`, vocabulary 4.2).
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
    /// Where the same face was found: UUIDs, of transactions as is assumed, since the reference does not say. Absent
    /// where there is none (seen).
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// What `liveness` saw (vocabulary 4.2). Absent where the image was bad (seen). The age is personal data. How sure:
/// documented and seen.
///
/// ```
/// use jumio_model::Capability;
///
/// let body = br#"{"data":{"type":"JUMIO_STANDARD","predictedAge":33,"ageConfidenceRange":"24-44"}}"#;
/// let run: Capability = jumio_model::from_slice(body)?;
/// assert_eq!(run.liveness().unwrap().predicted_age, Some(33));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
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
    /// In years.
    #[serde_as(deserialize_as = "Integer")]
    pub predicted_age: Option<i64>,
    /// Within which range, such as `24-44`.
    #[serde_as(deserialize_as = "Text")]
    pub age_confidence_range: Option<String>,
}

/// Whether the faces are one person's (vocabulary 4.2). Says `NOT_MATCH` where the label says `NO_MATCH` (protocol trap
/// 16); one live payload had MATCH here and NOT_POSSIBLE in the label: go by the decision. How sure: documented and
/// seen.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::SimilarityResult;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"similarity":"NOT_MATCH"}}"#)?;
/// assert_eq!(run.similarity().unwrap().similarity, Some(SimilarityResult::NotMatch));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
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

/// How a returning person was captured (`authentication[].data`, vocabulary 4.2). How sure: documented.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::FacemapType;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"type":"IPROOV_STANDARD"}}"#)?;
/// assert_eq!(run.authentication().unwrap().kind, Some(FacemapType::IproovStandard));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
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
