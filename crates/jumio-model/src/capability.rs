//! One run of a capability in the details of a transaction, and its data, typed (protocol 7.5, vocabulary 4.2).
//!
//! The data is kept as it came; the typed views in the files beside this one are made on demand, so reading a reply does not
//! pay for them.

mod address;
mod extraction;
mod identity;
mod risk;
mod screening;

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{List, Object, Text};
use crate::redact::Present;
use crate::{CapabilityName, CredentialCategory, CredentialId, Decision, Label, WorkflowDetails};

pub use address::ExtractedAddress;
pub use extraction::{DateParts, DrivingCategory, ExtractionData};
pub use identity::{AuthenticationData, FaceSearchFindings, ImageChecksData, LivenessData, SimilarityData};
pub use risk::{DeviceRiskData, EmailData, GeoIpData, PhoneData, PhoneRiskInsights};
pub use screening::{DrivingLicenseData, GovtIdData, ProofOfResidencyData, WatchlistData};

/// One run of a capability (protocol 7.5).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Capability {
    /// The run's id.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub id: Option<String>,
    /// On which credentials it ran.
    #[serde_as(deserialize_as = "List")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CapabilityCredential>,
    /// What it found.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub decision: Option<Decision>,
    /// What it read, as it came. Personal data in most capabilities. Typed by the methods below.
    pub data: Option<Value>,
    /// Where a face map for later authentication can be fetched.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub valid_face_map_for_authentication: Option<String>,
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capability")
            .field("id", &self.id)
            .field("credentials", &self.credentials)
            .field("decision", &self.decision)
            .field("data", &Present(self.data.is_some()))
            .finish_non_exhaustive()
    }
}

/// The data, typed. Each method reads [`data`](Self::data) as the capability of its name has it: the run does not say which
/// capability it is one of, the name it stands under in [`WorkflowDetails::capabilities`] does. `None` where there is no data,
/// or none of an object's kind.
///
/// `usability`, `dataChecks`, `addressValidation`, `braCpfValidation` and `biometricVerification` have no data in any source.
impl Capability {
    /// The data of a run of `imageChecks`.
    pub fn image_checks(&self) -> Option<ImageChecksData> {
        self.view()
    }

    /// The data of a run of `extraction`.
    pub fn extraction(&self) -> Option<ExtractionData> {
        self.view()
    }

    /// The data of a run of `liveness`.
    pub fn liveness(&self) -> Option<LivenessData> {
        self.view()
    }

    /// The data of a run of `similarity`.
    pub fn similarity(&self) -> Option<SimilarityData> {
        self.view()
    }

    /// The data of a run of `authentication`.
    pub fn authentication(&self) -> Option<AuthenticationData> {
        self.view()
    }

    /// The data of a run of `watchlistScreening`.
    pub fn watchlist_screening(&self) -> Option<WatchlistData> {
        self.view()
    }

    /// The data of a run of `proofOfResidency`.
    pub fn proof_of_residency(&self) -> Option<ProofOfResidencyData> {
        self.view()
    }

    /// The data of a run of `drivingLicenseVerification`.
    pub fn driving_license_verification(&self) -> Option<DrivingLicenseData> {
        self.view()
    }

    /// The data of a run of `govtIdVerification`.
    pub fn govt_id_verification(&self) -> Option<GovtIdData> {
        self.view()
    }

    /// The data of a run of `emailVerification`.
    pub fn email_verification(&self) -> Option<EmailData> {
        self.view()
    }

    /// The data of a run of `phoneVerification`.
    pub fn phone_verification(&self) -> Option<PhoneData> {
        self.view()
    }

    /// The data of a run of `geoIpVerification`.
    pub fn geo_ip_verification(&self) -> Option<GeoIpData> {
        self.view()
    }

    /// The data of a run of `deviceRiskVerification`.
    pub fn device_risk_verification(&self) -> Option<DeviceRiskData> {
        self.view()
    }

    fn view<T: DeserializeOwned>(&self) -> Option<T> {
        // An object is never refused: every member of a view is optional and read from whatever stands there.
        self.data.as_ref().filter(|data| data.is_object()).and_then(|data| T::deserialize(data).ok())
    }
}

impl WorkflowDetails {
    /// The runs of one capability; empty where it did not run.
    ///
    /// ```
    /// # let body = br#"{"workflow":{"id":"w"},"account":{"id":"a"},"capabilities":{"extraction":[{"data":{"currentAge":35}}]}}"#;
    /// use jumio_model::{CapabilityName, Raw, WorkflowDetails};
    ///
    /// let details: Raw<WorkflowDetails> = jumio_model::from_slice(body)?;
    /// let read = details.runs(&CapabilityName::Extraction).first().and_then(|run| run.extraction());
    /// assert_eq!(read.and_then(|data| data.age()), Some(35));
    /// # Ok::<(), jumio_model::ReadError>(())
    /// ```
    pub fn runs(&self, capability: &CapabilityName) -> &[Capability] {
        self.capabilities.get(capability.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every run with a label: of which capability, and which. [`Label::explain`] says what it means there.
    ///
    /// [`Label::explain`]: crate::Label::explain
    pub fn labels(&self) -> impl Iterator<Item = (CapabilityName, Label)> {
        self.capabilities.iter().flat_map(|(name, runs)| {
            let labels = runs.iter().filter_map(|run| run.decision.as_ref()?.label());
            labels.map(|label| (CapabilityName::from(name.as_str()), Label::from(label)))
        })
    }
}

/// A credential as a capability names it.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CapabilityCredential {
    /// The credential's id; empty where the reply has none.
    #[serde(default)]
    pub id: CredentialId,
    /// What kind of evidence.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub category: Option<CredentialCategory>,
    /// The label of the request, echoed.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub label: Option<String>,
}

impl fmt::Debug for CapabilityCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapabilityCredential")
            .field("id", &self.id)
            .field("category", &self.category)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Capability;

    fn run(data: &str) -> Capability {
        crate::from_slice(format!(r#"{{"data":{data}}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn odd_data_costs_nothing_else() {
        for none in ["null", "7", "[]", "\"text\"", "true"] {
            assert!(run(none).extraction().is_none(), "{none}");
        }
        assert_eq!(run("{}").extraction(), Some(super::ExtractionData::default()));
        let odd = run(
            r#"{"lastName":"DOE","firstName":{"a":1},"gender":["F"],"address":"1 STREET","dateOfBirthParts":"1990",
            "dlCategories":{"category":"B"},"signatureAvailable":"true","currentAge":35,"subType":null,"new":[1]}"#,
        );
        let read = odd.extraction().unwrap();
        assert_eq!((read.last_name.as_deref(), read.first_name.as_deref(), read.age()), (Some("DOE"), None, Some(35)));
        assert_eq!(read.address.unwrap().formatted_address.as_deref(), Some("1 STREET"));
        assert_eq!(read.dl_categories[0].category.as_deref(), Some("B"));
        assert_eq!(read.signature_available, Some(true));
    }

    #[test]
    fn a_view_names_its_members_and_shows_none() {
        let read = run(r#"{"lastName":"DOE","address":{"city":"WIEN"}}"#).extraction().unwrap();
        assert_eq!(format!("{read:?}"), "ExtractionData { address: …, lastName: … }");
        assert_eq!(format!("{:?}", read.address.unwrap()), "ExtractedAddress { city: … }");
    }
}
