//! One run of a capability in the details of a transaction, and its data, typed (protocol 7.5, vocabulary 4.2).
//!
//! The data is kept as its text; the typed views in the files beside this one are made on demand, so reading a reply does not
//! pay for them.

mod address;
mod data;
mod extraction;
mod identity;
mod risk;
mod screening;

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::{DeserializeAs as _, serde_as, skip_serializing_none};

use crate::lenient::{List, Object, Text};
use crate::redact::Present;
use crate::{CapabilityName, CredentialCategory, CredentialId, Decision, Label, WorkflowDetails};

pub use address::ExtractedAddress;
pub use data::CapabilityData;
pub use extraction::{DateParts, DrivingCategory, ExtractionData};
pub use identity::{AuthenticationData, FaceSearchFindings, ImageChecksData, LivenessData, SimilarityData};
pub use risk::{DeviceRiskData, EmailData, GeoIpData, PhoneData, PhoneRiskInsights};
pub use screening::{DrivingLicenseData, GovtIdData, ProofOfResidencyData, WatchlistData};

/// One run of a capability (protocol 7.5, vocabulary 4.2). How sure: documented and seen for what concerns IDs and
/// faces; each risk signal is known from its page alone.
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
    /// On which credentials it ran; absent for some capabilities and in expired transactions (seen).
    #[serde_as(deserialize_as = "List")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CapabilityCredential>,
    /// What it found.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub decision: Option<Decision>,
    /// What it read, as it came. Personal data in most capabilities. Typed by the methods below.
    #[cfg_attr(feature = "schemars", schemars(with = "Option<serde_json::Value>"))]
    pub data: Option<CapabilityData>,
    /// Where a face map for later authentication can be fetched; on runs of `liveness` and `authentication`.
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
/// `usability` and `dataChecks` have no data. Of `addressValidation`, `braCpfValidation` and `biometricVerification` no
/// source shows any, which does not mean that there is none (vocabulary 4.2, 10.2).
impl Capability {
    /// The data of a run of `imageChecks`.
    #[inline]
    pub fn image_checks(&self) -> Option<ImageChecksData> {
        self.view()
    }

    /// The data of a run of `extraction`.
    #[inline]
    pub fn extraction(&self) -> Option<ExtractionData> {
        self.view()
    }

    /// The data of a run of `liveness`.
    #[inline]
    pub fn liveness(&self) -> Option<LivenessData> {
        self.view()
    }

    /// The data of a run of `similarity`.
    #[inline]
    pub fn similarity(&self) -> Option<SimilarityData> {
        self.view()
    }

    /// The data of a run of `authentication`.
    #[inline]
    pub fn authentication(&self) -> Option<AuthenticationData> {
        self.view()
    }

    /// The data of a run of `watchlistScreening`.
    #[inline]
    pub fn watchlist_screening(&self) -> Option<WatchlistData> {
        self.view()
    }

    /// The data of a run of `proofOfResidency`.
    #[inline]
    pub fn proof_of_residency(&self) -> Option<ProofOfResidencyData> {
        self.view()
    }

    /// The data of a run of `drivingLicenseVerification`.
    #[inline]
    pub fn driving_license_verification(&self) -> Option<DrivingLicenseData> {
        self.view()
    }

    /// The data of a run of `govtIdVerification`.
    #[inline]
    pub fn govt_id_verification(&self) -> Option<GovtIdData> {
        self.view()
    }

    /// The data of a run of `emailVerification`.
    #[inline]
    pub fn email_verification(&self) -> Option<EmailData> {
        self.view()
    }

    /// The data of a run of `phoneVerification`.
    #[inline]
    pub fn phone_verification(&self) -> Option<PhoneData> {
        self.view()
    }

    /// The data of a run of `geoIpVerification`.
    #[inline]
    pub fn geo_ip_verification(&self) -> Option<GeoIpData> {
        self.view()
    }

    /// The data of a run of `deviceRiskVerification`.
    #[inline]
    pub fn device_risk_verification(&self) -> Option<DeviceRiskData> {
        self.view()
    }

    fn view<T: DeserializeOwned>(&self) -> Option<T> {
        self.data.as_ref().and_then(CapabilityData::view)
    }
}

/// Reads data as the view of its capability and drops it, for whoever watches the reading.
pub(crate) fn look_into<'de, D: Deserializer<'de>>(capability: &CapabilityName, data: D) -> Result<(), D::Error> {
    /// What has no data in any source.
    #[derive(Deserialize)]
    struct NoData {}

    fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(data: D) -> Result<(), D::Error> {
        let view: Option<T> = Object::deserialize_as(data)?;
        drop(view);
        Ok(())
    }

    match capability {
        CapabilityName::ImageChecks => read::<ImageChecksData, D>(data),
        CapabilityName::Extraction => read::<ExtractionData, D>(data),
        CapabilityName::Liveness => read::<LivenessData, D>(data),
        CapabilityName::Similarity => read::<SimilarityData, D>(data),
        CapabilityName::Authentication => read::<AuthenticationData, D>(data),
        CapabilityName::WatchlistScreening => read::<WatchlistData, D>(data),
        CapabilityName::ProofOfResidency => read::<ProofOfResidencyData, D>(data),
        CapabilityName::DrivingLicenseVerification => read::<DrivingLicenseData, D>(data),
        CapabilityName::GovtIdVerification => read::<GovtIdData, D>(data),
        CapabilityName::EmailVerification => read::<EmailData, D>(data),
        CapabilityName::PhoneVerification => read::<PhoneData, D>(data),
        CapabilityName::GeoIpVerification => read::<GeoIpData, D>(data),
        CapabilityName::DeviceRiskVerification => read::<DeviceRiskData, D>(data),
        CapabilityName::Usability
        | CapabilityName::DataChecks
        | CapabilityName::AddressValidation
        | CapabilityName::BraCpfValidation
        | CapabilityName::BiometricVerification => read::<NoData, D>(data),
        CapabilityName::_Unknown(_) => Ok(()),
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
        self.capabilities.get(capability).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every run with a label: of which capability, and which. [`Label::explain`] says what it means there.
    ///
    /// [`Label::explain`]: crate::Label::explain
    pub fn labels(&self) -> impl Iterator<Item = (CapabilityName, Label)> {
        self.capabilities.iter().flat_map(|(name, runs)| {
            let labels = runs.iter().filter_map(|run| run.decision.as_ref()?.label());
            labels.map(|label| (name.clone(), Label::from(label)))
        })
    }
}

/// A credential as a capability names it (`capabilities.….credentials[]`, protocol 7.5).
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
        let twice = run(r#"{"lastName":"DOE","new":1e999,"new":[],"lastName":"ROE"}"#);
        assert!(twice.extraction().is_none(), "no number of any type");
        let twice = run(r#"{"lastName":"DOE","lastName":"ROE"}"#);
        assert_eq!(twice.extraction().unwrap().last_name.as_deref(), Some("ROE"));
    }

    #[test]
    fn data_is_kept_to_the_byte_and_shows_nothing() {
        for text in [r#"{ "lastName" : "DOE",  "n":1.50e1, "a":1,"a":2 }"#, "[1,\n 2]", "7", "\"DOE\""] {
            let run = run(text);
            let data = run.data.as_ref().unwrap();
            assert_eq!(data.text(), text);
            assert_eq!(serde_json::to_string(&run).unwrap(), format!(r#"{{"data":{text}}}"#));
            assert!(!format!("{run:?} {data:?}").contains("DOE"));
        }
        assert_eq!(run(r#"{"a":[1,{}]}"#).data.unwrap().read::<u8>().unwrap_err().path(), "");
    }

    /// Whoever reads ahead has no text to lend: an untagged enum, a flattened struct, a `Value`.
    #[test]
    fn data_is_read_where_there_is_no_text() {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            Run(Capability),
        }
        let text = r#"{"data":{"lastName":"DOE","list":[1,null]}}"#;
        let Either::Run(run) = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&run).unwrap(), text);
        let run: Capability = serde_json::from_value(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(run.extraction().unwrap().last_name.as_deref(), Some("DOE"));
    }

    #[test]
    fn a_view_names_its_members_and_shows_none() {
        let read = run(r#"{"lastName":"DOE","address":{"city":"WIEN"}}"#).extraction().unwrap();
        assert_eq!(format!("{read:?}"), "ExtractionData { address: …, lastName: … }");
        assert_eq!(format!("{:?}", read.address.unwrap()), "ExtractedAddress { city: … }");
    }
}
