//! What `extraction` read: every field that any page names, for IDs and documents alike (protocol 7.6, 7.7; vocabulary 4.3).
//!
//! A document has few of them. Which ones a type may have is [`DocumentTypeInfo::extraction_fields`].
//!
//! [`DocumentTypeInfo::extraction_fields`]: crate::DocumentTypeInfo::extraction_fields

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::{serde_as, skip_serializing_none};

use super::address::ExtractedAddress;
use crate::lenient::{Flag, List, Object, ObjectOrText, Text};
use crate::redact::silent;
use crate::vocabulary::{Disability, Gender, IdSubType, NfcValidationResult};
use crate::{Country, CredentialType};

/// What was read from an ID or a document (`extraction[].data`, protocol 7.6, 7.7, vocabulary 4.3). Personal data:
/// `Debug` shows which members are there alone.
///
/// Dates are texts as they came, since a date may be known in part. Keep the JSON beside it ([`Capability::data`]): pages differ
/// in the names of some fields.
///
/// How sure: some twenty fields of an ID were seen live (names, dates, numbers, address, gender, place of birth, age),
/// the others are in the guide's table alone. Those of documents come from Jumio's page as others quote it and from the
/// older product; no live reply with a document's data was ever found (vocabulary 10.2).
///
/// ```
/// use jumio_model::Capability;
///
/// let body = br#"{"data":{"type":"BS","lastName":"DOE","issuingDate":"2025-01-02","accountNumber":"DE00"}}"#;
/// let run: Capability = jumio_model::from_slice(body)?;
/// let read = run.extraction().unwrap();
/// assert_eq!(read.kind.unwrap().as_document().name(), Some("Bank statement"));
/// assert_eq!(read.account_number.as_deref(), Some("DE00"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
///
/// [`Capability::data`]: crate::Capability::data
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExtractionData {
    /// What it is: a type of ID or a document code, by the category of the credential.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "type")]
    pub kind: Option<CredentialType>,
    /// Which kind of it, for an ID such as `NATIONAL_ID`. May come misspelt (`UNKOWN`, as one page prints it). On a
    /// document any text.
    #[serde_as(deserialize_as = "Text")]
    pub sub_type: Option<IdSubType>,
    /// The country that issued it.
    #[serde_as(deserialize_as = "Text")]
    pub issuing_country: Option<Country>,
    /// Who issued it.
    #[serde_as(deserialize_as = "Text")]
    pub issuing_authority: Option<String>,
    /// Where it was issued.
    #[serde_as(deserialize_as = "Text")]
    pub issuing_place: Option<String>,
    /// Who issued a document. Seen in a made-up test alone.
    #[serde_as(deserialize_as = "Text")]
    pub issuer: Option<String>,
    /// A state: a code for Australia, Canada and the United States; elsewhere the name of a country, `XKX` or any text
    /// (vocabulary 6).
    #[serde_as(deserialize_as = "Text")]
    pub state: Option<String>,
    /// Given names. `N/A` where an ID has a single name (seen). On a document it may be the whole name: a ruleset by
    /// one of Jumio's people compares it so.
    #[serde_as(deserialize_as = "Text")]
    pub first_name: Option<String>,
    /// Family names. On most documents the only name; whether it is then the whole one is not documented (vocabulary
    /// 10.1).
    #[serde_as(deserialize_as = "Text")]
    pub last_name: Option<String>,
    /// The whole name: what the older product called it.
    #[serde_as(deserialize_as = "Text")]
    pub name: Option<String>,
    /// Family name at birth.
    #[serde_as(deserialize_as = "Text")]
    pub last_name_at_birth: Option<String>,
    /// The mother's name.
    #[serde_as(deserialize_as = "Text")]
    pub mothers_name: Option<String>,
    /// The father's name.
    #[serde_as(deserialize_as = "Text")]
    pub fathers_name: Option<String>,
    /// `YYYY-MM-DD`; absent where it is only known in part.
    #[serde_as(deserialize_as = "Text")]
    pub date_of_birth: Option<String>,
    /// What is known of the date of birth.
    #[serde_as(deserialize_as = "Object")]
    pub date_of_birth_parts: Option<DateParts>,
    /// Place of birth.
    #[serde_as(deserialize_as = "Text")]
    pub place_of_birth: Option<String>,
    /// Documented as a number, seen as a string; read as text from either. [`age`](Self::age) has the number.
    #[serde_as(deserialize_as = "Text")]
    pub current_age: Option<String>,
    /// `F`, `M` or `X`.
    #[serde_as(deserialize_as = "Text")]
    pub gender: Option<Gender>,
    /// Nationality; may be a code of passports that is no country (inferred, vocabulary 6).
    #[serde_as(deserialize_as = "Text")]
    pub nationality: Option<Country>,
    /// Indonesia.
    #[serde_as(deserialize_as = "Text")]
    pub citizenship: Option<String>,
    /// Indonesia.
    #[serde_as(deserialize_as = "Text")]
    pub marital_status: Option<String>,
    /// Indonesia, Malaysia.
    #[serde_as(deserialize_as = "Text")]
    pub religion: Option<String>,
    /// `YES` or `NO`; Bahrain.
    #[serde_as(deserialize_as = "Text")]
    pub disability: Option<Disability>,
    /// The address. One table documents it as a text, which is read as the formatted address.
    #[serde_as(deserialize_as = "ObjectOrText")]
    pub address: Option<ExtractedAddress>,
    /// `YYYY-MM-DD`; absent where it is only known in part.
    #[serde_as(deserialize_as = "Text")]
    pub issuing_date: Option<String>,
    /// What is known of the issuing date.
    #[serde_as(deserialize_as = "Object")]
    pub issuing_date_parts: Option<DateParts>,
    /// `YYYY-MM-DD`; absent where there is none.
    #[serde_as(deserialize_as = "Text")]
    pub expiry_date: Option<String>,
    /// What is known of the expiry date.
    #[serde_as(deserialize_as = "Object")]
    pub expiry_date_parts: Option<DateParts>,
    /// Until when a utility bill is to be paid.
    #[serde_as(deserialize_as = "Text")]
    pub due_date: Option<String>,
    /// Until when a credit card holds. Its form on this platform was never shown.
    #[serde_as(deserialize_as = "Text")]
    pub month_year_expiry: Option<String>,
    /// The number of the document.
    #[serde_as(deserialize_as = "Text")]
    pub document_number: Option<String>,
    /// Another number of the document.
    #[serde_as(deserialize_as = "Text")]
    pub document_identification_number: Option<String>,
    /// The person's number; may be the filler of a machine-readable zone, `<<<<`.
    #[serde_as(deserialize_as = "Text")]
    pub personal_number: Option<String>,
    /// First optional field of the machine-readable zone.
    #[serde_as(deserialize_as = "Text")]
    pub optional_mrz_field1: Option<String>,
    /// Second optional field of the machine-readable zone.
    #[serde_as(deserialize_as = "Text")]
    pub optional_mrz_field2: Option<String>,
    /// Registration number.
    #[serde_as(deserialize_as = "Text")]
    pub registration_number: Option<String>,
    /// Tax number; Italy.
    #[serde_as(deserialize_as = "Text")]
    pub tax_number: Option<String>,
    /// CURP; Mexico.
    #[serde_as(deserialize_as = "Text")]
    pub curp: Option<String>,
    /// Voter number; Mexico.
    #[serde_as(deserialize_as = "Text")]
    pub voter_id_number: Option<String>,
    /// Issuing number; Mexico.
    #[serde_as(deserialize_as = "Text")]
    pub issuing_number: Option<String>,
    /// CPF; Brazil.
    #[serde_as(deserialize_as = "Text")]
    pub cpf: Option<String>,
    /// RG; Brazil.
    #[serde_as(deserialize_as = "Text")]
    pub rg_number: Option<String>,
    /// DNI; Spain.
    #[serde_as(deserialize_as = "Text")]
    pub dni: Option<String>,
    /// PESEL; Poland.
    #[serde_as(deserialize_as = "Text")]
    pub pesel: Option<String>,
    /// Colombia, Georgia, Lithuania, Romania, Turkey.
    #[serde_as(deserialize_as = "Text")]
    pub personal_identification_number: Option<String>,
    /// CUIL; Argentina.
    #[serde_as(deserialize_as = "Text")]
    pub labor_identification_number: Option<String>,
    /// Ejemplar; Argentina.
    #[serde_as(deserialize_as = "Text")]
    pub document_copy: Option<String>,
    /// United Kingdom.
    #[serde_as(deserialize_as = "Text")]
    pub resident_permit_type: Option<String>,
    /// United Kingdom.
    #[serde_as(deserialize_as = "Text")]
    pub resident_permit_remarks: Option<String>,
    /// Remarks.
    #[serde_as(deserialize_as = "Text")]
    pub remarks: Option<String>,
    /// What one may drive.
    #[serde_as(deserialize_as = "List")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dl_categories: Vec<DrivingCategory>,
    /// The passport that a visa belongs to.
    #[serde_as(deserialize_as = "Text")]
    pub passport_number: Option<String>,
    /// On a visa.
    #[serde_as(deserialize_as = "Text")]
    pub duration_of_stay: Option<String>,
    /// On a visa.
    #[serde_as(deserialize_as = "Text")]
    pub number_of_entries: Option<String>,
    /// On a visa.
    #[serde_as(deserialize_as = "Text")]
    pub visa_category: Option<String>,
    /// Account number or IBAN, on a bank statement.
    #[serde_as(deserialize_as = "Text")]
    pub account_number: Option<String>,
    /// BIC, on a bank statement.
    #[serde_as(deserialize_as = "Text")]
    pub swift_code: Option<String>,
    /// Masked card number, on a credit card or its statement.
    #[serde_as(deserialize_as = "Text")]
    pub pan_number: Option<String>,
    /// Last four digits of the card; the older product alone.
    #[serde_as(deserialize_as = "Text")]
    pub card_number_last_four_digits: Option<String>,
    /// On a US social security card.
    #[serde_as(deserialize_as = "Text")]
    pub social_security_number: Option<String>,
    /// Whether a US social security card is signed. The older product had a boolean in one place and a text in another;
    /// what this platform has is not known.
    #[serde_as(deserialize_as = "Flag")]
    pub signature_available: Option<bool>,
    /// The same in the document's own script, where enabled. Its members were never shown: kept as they came.
    pub additional_language: Option<Value>,
    /// What the chip said; mobile SDKs alone.
    #[serde_as(deserialize_as = "Text")]
    pub nfc_validation_result: Option<NfcValidationResult>,
}

impl ExtractionData {
    /// The age in years, where it was printed as a number.
    pub fn age(&self) -> Option<u8> {
        self.current_age.as_deref()?.trim().parse().ok()
    }
}

/// What is known of a date (`dateOfBirthParts` and the like, protocol 7.7, vocabulary 8.3; seen). A member that is not
/// known is absent.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DateParts {
    /// Four digits.
    #[serde_as(deserialize_as = "Text")]
    pub year: Option<String>,
    /// Two digits.
    #[serde_as(deserialize_as = "Text")]
    pub month: Option<String>,
    /// Two digits.
    #[serde_as(deserialize_as = "Text")]
    pub day: Option<String>,
}

/// A class of vehicles that one may drive (`dlCategories[]`, vocabulary 4.3). How sure: the guide says that there is
/// such a list; the member names come from a ruleset by one of Jumio's people.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DrivingCategory {
    /// The class, such as `B`.
    #[serde_as(deserialize_as = "Text")]
    pub category: Option<String>,
    /// Since when.
    #[serde_as(deserialize_as = "Text")]
    pub issue_date: Option<String>,
    /// `yes`; no other value was seen.
    #[serde_as(deserialize_as = "Text")]
    pub availability: Option<String>,
}

silent! { ExtractionData DateParts DrivingCategory }
