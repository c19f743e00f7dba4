//! An address as it was read from a document (vocabulary 4.3).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_with::{DeserializeAs, serde_as, skip_serializing_none};

use crate::Country;
use crate::lenient::Text;
use crate::redact::silent;
use crate::unknowns;

/// An address (`extraction[].data.address`).
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

/// An address as an object, or as a text that becomes the formatted address; anything else is `None`.
pub(super) struct AddressOrText;

impl<'de> DeserializeAs<'de, Option<ExtractedAddress>> for AddressOrText {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<ExtractedAddress>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            object @ Value::Object(_) => ExtractedAddress::deserialize(object).ok(),
            Value::String(text) => {
                unknowns::odd();
                Some(ExtractedAddress { formatted_address: Some(text), ..ExtractedAddress::default() })
            }
            _ => {
                unknowns::odd();
                None
            }
        })
    }
}
