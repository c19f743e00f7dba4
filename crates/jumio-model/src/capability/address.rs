//! An address as it was read from a document (vocabulary 4.3).

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::Country;
use crate::lenient::{FromText, Text};
use crate::redact::silent;

/// An address (`extraction[].data.address`, protocol 7.6, vocabulary 4.3). How sure: seen on IDs, from tables on
/// documents; the third to fifth line and the subdivision were never seen.
///
/// ```
/// use jumio_model::ExtractedAddress;
///
/// let address: ExtractedAddress = jumio_model::from_slice(br#"{"city":"WIEN","country":"AUT"}"#)?;
/// assert_eq!(address.country.unwrap().name(), Some("Austria"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExtractedAddress {
    /// First line.
    #[serde_as(deserialize_as = "Text")]
    pub line1: Option<String>,
    /// Second line.
    #[serde_as(deserialize_as = "Text")]
    pub line2: Option<String>,
    /// Third line.
    #[serde_as(deserialize_as = "Text")]
    pub line3: Option<String>,
    /// Fourth line.
    #[serde_as(deserialize_as = "Text")]
    pub line4: Option<String>,
    /// Fifth line.
    #[serde_as(deserialize_as = "Text")]
    pub line5: Option<String>,
    /// City.
    #[serde_as(deserialize_as = "Text")]
    pub city: Option<String>,
    /// State or the like.
    #[serde_as(deserialize_as = "Text")]
    pub subdivision: Option<String>,
    /// Postal code.
    #[serde_as(deserialize_as = "Text")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde_as(deserialize_as = "Text")]
    pub country: Option<Country>,
    /// All of it, separated by commas, with the country code at the end.
    #[serde_as(deserialize_as = "Text")]
    pub formatted_address: Option<String>,
}

silent! { ExtractedAddress }

impl FromText for ExtractedAddress {
    fn from_text(text: &str) -> Self {
        Self { formatted_address: Some(text.to_owned()), ..Self::default() }
    }
}
