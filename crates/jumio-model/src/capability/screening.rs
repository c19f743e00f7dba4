//! What registers and lists said: watchlists, proof of residency, driving licenses, government IDs.

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::Timestamp;
use crate::lenient::{Integer, Text};
use crate::redact::silent;
use crate::vocabulary::{MatchResult, WatchlistSearchStatus};

/// What `watchlistScreening` found (vocabulary 4.2). Empty where it was not executed (seen). How sure: documented and
/// seen.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::WatchlistSearchStatus;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"searchStatus":"SUCCESS","searchResults":0}}"#)?;
/// let search = run.watchlist_screening().unwrap();
/// assert_eq!((search.search_status, search.search_results), (Some(WatchlistSearchStatus::Success), Some(0)));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct WatchlistData {
    /// When the lists were searched.
    #[serde_as(deserialize_as = "Text")]
    pub search_date: Option<Timestamp>,
    /// The search's number: digits in a string.
    #[serde_as(deserialize_as = "Text")]
    pub search_id: Option<String>,
    /// The search's reference.
    #[serde_as(deserialize_as = "Text")]
    pub search_reference: Option<String>,
    /// Where the hits can be seen. Whoever has it sees them.
    #[serde_as(deserialize_as = "Text")]
    pub search_result_url: Option<String>,
    /// How many hits.
    #[serde_as(deserialize_as = "Integer")]
    pub search_results: Option<i64>,
    /// How it went: `SUCCESS` in every sample and live, `DONE` in the table (vocabulary 10.1).
    #[serde_as(deserialize_as = "Text")]
    pub search_status: Option<WatchlistSearchStatus>,
}

/// What `proofOfResidency` found (vocabulary 4.2). How sure: one page.
///
/// ```
/// use jumio_model::Capability;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"reasonMessage":"no entry"}}"#)?;
/// assert_eq!(run.proof_of_residency().unwrap().reason_message.as_deref(), Some("no entry"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProofOfResidencyData {
    /// Why, in words.
    #[serde_as(deserialize_as = "Text")]
    pub reason_message: Option<String>,
}

/// What `drivingLicenseVerification` compared (vocabulary 4.2). How sure: one page, whose list is cut: there are more
/// members, which the JSON keeps.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::MatchResult;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"nameMatch":"MATCH"}}"#)?;
/// assert_eq!(run.driving_license_verification().unwrap().name_match, Some(MatchResult::Match));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DrivingLicenseData {
    /// Of the whole name.
    #[serde_as(deserialize_as = "Text")]
    pub name_match: Option<MatchResult>,
    /// Of the given names.
    #[serde_as(deserialize_as = "Text")]
    pub first_name_match: Option<MatchResult>,
    /// Of the family names.
    #[serde_as(deserialize_as = "Text")]
    pub last_name_match: Option<MatchResult>,
}

/// What `govtIdVerification` compared with a government's register (Thailand, Colombia; vocabulary 4.2). How sure: one
/// page for each country; of the values only `MATCH` is known.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::MatchResult;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"dobMatch":"MATCH"}}"#)?;
/// assert_eq!(run.govt_id_verification().unwrap().dob_match, Some(MatchResult::Match));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct GovtIdData {
    /// Of the whole name.
    #[serde_as(deserialize_as = "Text")]
    pub complete_name_match: Option<MatchResult>,
    /// Of the given names.
    #[serde_as(deserialize_as = "Text")]
    pub first_name_match: Option<MatchResult>,
    /// Of the family names.
    #[serde_as(deserialize_as = "Text")]
    pub last_name_match: Option<MatchResult>,
    /// Of the ID's number.
    #[serde_as(deserialize_as = "Text")]
    pub national_id_match: Option<MatchResult>,
    /// Of the date of birth.
    #[serde_as(deserialize_as = "Text")]
    pub dob_match: Option<MatchResult>,
    /// Of the person's number.
    #[serde_as(deserialize_as = "Text")]
    pub personal_id_number_match: Option<MatchResult>,
}

silent! { WatchlistData ProofOfResidencyData DrivingLicenseData GovtIdData }
