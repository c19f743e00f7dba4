//! What a request says of one credential to collect (`workflowDefinition.credentials[]`, protocol 3.2).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::credential_type::CredentialType;
use crate::invalid::InvalidRequest;
use crate::redact::Silent;
use crate::vocabulary::{FacemapType, IdSubType, IdType};
use crate::{Country, CredentialCategory, CredentialId, DocumentType, PredefinedType};

/// One credential that the workflow will collect (protocol 3.2).
///
/// ```
/// use jumio_model::vocabulary::{FacemapType, IdType};
/// use jumio_model::{Country, CredentialRequest, DocumentType, PredefinedType};
///
/// let statement = CredentialRequest::document(Country::USA, DocumentType::BANK_STATEMENT)?;
/// let id = CredentialRequest::id()
///     .with_countries(PredefinedType::Recommended, [Country::USA, Country::CAN])?
///     .with_types(PredefinedType::Defined, [IdType::DRIVING_LICENSE, IdType::ID_CARD])?;
/// let face = CredentialRequest::facemap([FacemapType::IproovStandard])?;
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialRequest {
    /// An existing credential of the account to link, in place of collecting a new one. Only in the newer pages.
    pub id: Option<CredentialId>,
    /// What kind of evidence.
    pub category: CredentialCategory,
    /// A label that replies echo. In no table of Jumio's: seen in a sample request by one of Jumio's people, and in a
    /// documented reply.
    pub label: Option<String>,
    /// From which country: alpha-3 codes.
    pub country: Option<Preset<Country>>,
    /// Of which type: which codes may stand here depends on the category.
    #[serde(rename = "type")]
    pub types: Option<Preset<CredentialType>>,
    /// Of which subtype; narrows the type `DIGITAL_IDENTITY` (vocabulary 2, 3.2: the SDKs' and the Web SDK's pages).
    pub sub_type: Option<Preset<IdSubType>>,
}

impl fmt::Debug for CredentialRequest {
    // The label is the caller's own words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialRequest")
            .field("id", &self.id)
            .field("category", &self.category)
            .field("label", &self.label.as_deref().map(Silent))
            .field("country", &self.country)
            .field("types", &self.types)
            .field("sub_type", &self.sub_type)
            .finish()
    }
}

impl CredentialRequest {
    fn new(category: CredentialCategory) -> Self {
        Self { id: None, category, label: None, country: None, types: None, sub_type: None }
    }

    /// A document. Jumio demands exactly one country and exactly one type (protocol 3.2). The type may be a code of the
    /// tenant's own, which has at most 10 characters and no blanks, as the portal's page says (protocol 3.6).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the type is only a marker that cannot be asked for or has another form than a code, or
    /// where the country is no alpha-3 code.
    pub fn document(country: Country, document_type: DocumentType) -> Result<Self, InvalidRequest> {
        let document = Self::new(CredentialCategory::Document);
        let document = document.with_types(PredefinedType::Defined, [document_type])?;
        document.with_countries(PredefinedType::Defined, [country])
    }

    /// An ID: passport, ID card, driving license or visa. Without [`with_countries`](Self::with_countries) and
    /// [`with_types`](Self::with_types) the person chooses. On the hosted page presets hold only where both are given, with
    /// one value each (protocol 3.2).
    pub fn id() -> Self {
        Self::new(CredentialCategory::Id)
    }

    /// A selfie, taken as one image.
    pub fn selfie() -> Self {
        Self::new(CredentialCategory::Selfie)
    }

    /// What is known of the person beforehand, sent as prepared data.
    pub fn data() -> Self {
        Self::new(CredentialCategory::Data)
    }

    /// A face map, captured by the hosted page or an SDK in one of these ways (protocol 3.2). The API cannot upload
    /// one, the current pages say; older samples had it so (protocol 4.1). What holds without any is not documented.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where a type is empty.
    pub fn facemap(types: impl IntoIterator<Item = FacemapType>) -> Result<Self, InvalidRequest> {
        let types: Vec<CredentialType> = types.into_iter().map(CredentialType::from).collect();
        let mut face = Self::new(CredentialCategory::Facemap);
        if !types.is_empty() {
            // The only documented sample with these names no `predefinedType`.
            face.types = Some(Preset { predefined_type: None, values: checked_types(types)? });
        }
        Ok(face)
    }

    /// A credential that the account has already: nothing new is collected (protocol 3.2). For
    /// [`UpdateAccount`](crate::api::UpdateAccount) only, since a new account has none.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the id is empty or has characters that no id has.
    pub fn existing(category: CredentialCategory, id: CredentialId) -> Result<Self, InvalidRequest> {
        if !is_code(id.as_str(), 1..=100) {
            let rule = "must be the id of a credential: letters, digits, `-` and `_`";
            return Err(InvalidRequest::new("credentials.id", rule, id.as_str()));
        }
        Ok(Self { id: Some(id), ..Self::new(category) })
    }

    /// Sets from which countries; a document has exactly one.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where there is none, too many, or one that is no alpha-3 code.
    pub fn with_countries(
        mut self,
        predefined: PredefinedType,
        countries: impl IntoIterator<Item = Country>,
    ) -> Result<Self, InvalidRequest> {
        let countries: Vec<Country> = countries.into_iter().collect();
        self.checked_count("country.values", countries.len())?;
        let is_alpha3 = |country: &str| country.len() == 3 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(bad) = countries.iter().find(|country| !is_alpha3(country.as_str())) {
            let rule = "must be an ISO 3166-1 alpha-3 code, such as USA";
            return Err(InvalidRequest::new("country.values", rule, bad.as_str()));
        }
        self.country = Some(Preset { predefined_type: Some(predefined), values: countries });
        Ok(self)
    }

    /// Sets of which types; a document has exactly one.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where there is none, too many, or one that is no code.
    pub fn with_types<T: Into<CredentialType>>(
        mut self,
        predefined: PredefinedType,
        types: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidRequest> {
        let types: Vec<CredentialType> = types.into_iter().map(Into::into).collect();
        self.checked_count("type.values", types.len())?;
        if self.category == CredentialCategory::Document {
            types.iter().try_for_each(requestable)?;
        }
        self.types = Some(Preset { predefined_type: Some(predefined), values: checked_types(types)? });
        Ok(self)
    }

    /// Narrows the type `DIGITAL_IDENTITY` to some of its subtypes (vocabulary 2, 3.2).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where there is none, or one that is no code.
    pub fn with_sub_types(mut self, sub_types: impl IntoIterator<Item = IdSubType>) -> Result<Self, InvalidRequest> {
        let values: Vec<IdSubType> = sub_types.into_iter().collect();
        self.checked_count("subType.values", values.len())?;
        if let Some(bad) = values.iter().find(|one| !is_code(one.as_str(), 1..=40)) {
            return Err(InvalidRequest::new("subType.values", CODE, bad.as_str()));
        }
        // No source shows a `predefinedType` beside it.
        self.sub_type = Some(Preset { predefined_type: None, values });
        Ok(self)
    }

    /// Sets a [label](Self::label) that replies echo, to tell credentials of one category apart.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The type of document that is asked for, where this is a document.
    pub fn document_type(&self) -> Option<DocumentType> {
        let first = self.types.as_ref()?.values.first()?;
        (self.category == CredentialCategory::Document).then(|| first.as_document())
    }

    /// The types of ID that are asked for; empty where this is no ID or the person chooses.
    pub fn id_types(&self) -> Vec<IdType> {
        let types = self.types.iter().filter(|_| self.category == CredentialCategory::Id);
        types.flat_map(|types| types.values.iter().map(CredentialType::as_id)).collect()
    }

    fn checked_count(&self, field: &'static str, count: usize) -> Result<(), InvalidRequest> {
        let rule = match (&self.category, count) {
            (_, 0) => "must have at least one value",
            (CredentialCategory::Document, 2..) => "must have exactly one value for a document",
            _ => return Ok(()),
        };
        Err(InvalidRequest { field, rule, length: 0 })
    }
}

fn checked_types(types: Vec<CredentialType>) -> Result<Vec<CredentialType>, InvalidRequest> {
    match types.iter().find(|one| !is_code(one.as_str(), 1..=40)) {
        Some(bad) => Err(InvalidRequest::new("type.values", CODE, bad.as_str())),
        None => Ok(types),
    }
}

/// Whether a document of this type can be asked for.
fn requestable(code: &CredentialType) -> Result<(), InvalidRequest> {
    if code.as_document().info().is_some_and(|info| !info.requestable) {
        let rule = "names a marker that cannot be asked for";
        return Err(InvalidRequest::new("type.values", rule, code.as_str()));
    }
    if !is_code(code.as_str(), 1..=10) {
        let rule = "must be a document code of 1 to 10 letters, digits, `_` or `-`, such as BS";
        return Err(InvalidRequest::new("type.values", rule, code.as_str()));
    }
    Ok(())
}

const CODE: &str = "must be a code of letters, digits, `_` and `-`";

fn is_code(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A country or type chosen before the person starts (`country`, `type`; protocol 3.2).
///
/// ```
/// use jumio_model::{Country, PredefinedType, Preset};
///
/// let preset = Preset::defined(Country::USA);
/// assert_eq!((preset.predefined_type, preset.values), (Some(PredefinedType::Defined), vec![Country::USA]));
/// ```
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Preset<T> {
    /// Whether the person may change it. Absent means [`PredefinedType::Defined`].
    pub predefined_type: Option<PredefinedType>,
    /// The values; exactly one for a DOCUMENT, and for an ID on the hosted page.
    pub values: Vec<T>,
}

impl<T> Preset<T> {
    /// One value that the person cannot change.
    pub fn defined(value: T) -> Self {
        Self { predefined_type: Some(PredefinedType::Defined), values: vec![value] }
    }
}

#[cfg(test)]
mod tests {
    use super::CredentialRequest;
    use crate::vocabulary::{FacemapType, IdSubType, IdType};
    use crate::{Country, CredentialCategory, CredentialId, DocumentType, PredefinedType};

    #[test]
    fn a_document_has_one_country_and_one_type() {
        let document = CredentialRequest::document(Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        assert_eq!(document.document_type(), Some(DocumentType::BANK_STATEMENT));
        assert!(document.id_types().is_empty());
        let two = document.clone().with_countries(PredefinedType::Defined, [Country::USA, Country::CAN]);
        assert_eq!(two.unwrap_err().field, "country.values");
        assert!(document.clone().with_types(PredefinedType::Defined, Vec::<DocumentType>::new()).is_err());
        for code in ["OTHER", "TOO_LONG_CODE"] {
            assert!(
                document.clone().with_types(PredefinedType::Defined, [DocumentType::from(code)]).is_err(),
                "{code}"
            );
        }
        for (country, code) in [("US", "BS"), ("USA", ""), ("USA", "TOO_LONG_CODE"), ("USA", "B S"), ("usa", "BS")] {
            assert!(CredentialRequest::document(country.into(), code.into()).is_err(), "{country} {code}");
        }
    }

    #[test]
    fn other_credentials_are_less_strict() {
        let types = [IdType::DRIVING_LICENSE, IdType::ID_CARD];
        let id = CredentialRequest::id().with_types(PredefinedType::Recommended, types.clone()).unwrap();
        assert_eq!((id.id_types(), id.document_type()), (types.to_vec(), None));
        let face = CredentialRequest::facemap([FacemapType::JumioStandard]).unwrap();
        let json = serde_json::json!({"category": "FACEMAP", "type": {"values": ["JUMIO_STANDARD"]}});
        assert_eq!(serde_json::to_value(&face).unwrap(), json);
        assert_eq!(CredentialRequest::facemap([]).unwrap().types, None);
        let narrowed = CredentialRequest::id().with_sub_types([IdSubType::from("X_1")]).unwrap();
        let json = serde_json::json!({"category": "ID", "subType": {"values": ["X_1"]}});
        assert_eq!(serde_json::to_value(&narrowed).unwrap(), json);
        assert!(CredentialRequest::id().with_sub_types([]).is_err());
        let linked = CredentialRequest::existing(CredentialCategory::Id, CredentialId::new("c-1")).unwrap();
        assert_eq!(serde_json::to_value(&linked).unwrap(), serde_json::json!({"id": "c-1", "category": "ID"}));
        assert!(CredentialRequest::existing(CredentialCategory::Id, CredentialId::new("../x")).is_err());
        let json = serde_json::to_value([CredentialRequest::selfie(), CredentialRequest::data().with_label("a")]);
        assert_eq!(json.unwrap(), serde_json::json!([{"category": "SELFIE"}, {"category": "DATA", "label": "a"}]));
    }
}
