//! What the risk signals know of an email address, a phone number, a network address and a device (vocabulary 4.2).
//!
//! Other companies provide them, so their spelling varies: `Verified`, `Webmail`, `EN-US`. How sure: each comes from one page
//! with one sample.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use serde_with::{serde_as, skip_serializing_none};

use crate::Timestamp;
use crate::lenient::{Flag, Integer, Numeric, Object, Text, Texts};
use crate::redact::silent;
use crate::vocabulary::{EmailAdvice, EmailDomainRisk, EmailVerificationStatus, PhoneType};

/// What `emailVerification` knows (vocabulary 4.2). How sure: one page with one sample.
///
/// ```
/// use jumio_model::Capability;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"emailExists":true,"totalHits":"12"}}"#)?;
/// let email = run.email_verification().unwrap();
/// assert_eq!((email.email_exists, email.total_hits.as_deref()), (Some(true), Some("12")));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct EmailData {
    /// Whether the address was verified.
    #[serde_as(deserialize_as = "Text")]
    pub email_verification_status: Option<EmailVerificationStatus>,
    /// When first.
    #[serde_as(deserialize_as = "Text")]
    pub first_verified_at: Option<Timestamp>,
    /// How often it was seen: digits in a string.
    #[serde_as(deserialize_as = "Text")]
    pub total_hits: Option<String>,
    /// Whether the address exists.
    #[serde_as(deserialize_as = "Flag")]
    pub email_exists: Option<bool>,
    /// Whether its domain exists.
    #[serde_as(deserialize_as = "Flag")]
    pub domain_exists: Option<bool>,
    /// The domain.
    #[serde_as(deserialize_as = "Text")]
    pub domain_name: Option<String>,
    /// Whose domain it is.
    #[serde_as(deserialize_as = "Text")]
    pub domain_company: Option<String>,
    /// How risky the domain is.
    #[serde_as(deserialize_as = "Text")]
    pub domain_risk_level: Option<EmailDomainRisk>,
    /// Since when there is the domain.
    #[serde_as(deserialize_as = "Text")]
    pub domain_creation_date: Option<Timestamp>,
    /// What the provider advises.
    #[serde_as(deserialize_as = "Text")]
    pub advice: Option<EmailAdvice>,
    /// Where the domain is. In what form of a code is not documented.
    #[serde_as(deserialize_as = "Text")]
    pub domain_country: Option<String>,
    /// `Webmail` and the like.
    #[serde_as(deserialize_as = "Text")]
    pub domain_category: Option<String>,
    /// Whether it is a company's domain.
    #[serde_as(deserialize_as = "Flag")]
    pub domain_corporate: Option<bool>,
}

/// What `phoneVerification` knows (vocabulary 4.2). How sure: one page with one sample.
///
/// ```
/// use jumio_model::Capability;
/// use jumio_model::vocabulary::PhoneType;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"phoneType":"MOBILE","blocked":false}}"#)?;
/// assert_eq!(run.phone_verification().unwrap().phone_type, Some(PhoneType::Mobile));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PhoneData {
    /// What kind of connection.
    #[serde_as(deserialize_as = "Text")]
    pub phone_type: Option<PhoneType>,
    /// Whose network.
    #[serde_as(deserialize_as = "Text")]
    pub carrier: Option<String>,
    /// Whether the number is blocked.
    #[serde_as(deserialize_as = "Flag")]
    pub blocked: Option<bool>,
    /// What speaks for a risk.
    #[serde_as(deserialize_as = "Object")]
    pub risk_insights: Option<PhoneRiskInsights>,
}

/// What speaks for a risk: sentences in capitals (`phoneVerification[].data.riskInsights`, vocabulary 4.2). How sure:
/// as [`PhoneData`]; what each list is about is read off its name.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PhoneRiskInsights {
    /// Compared with other numbers.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relative_risk: Vec<String>,
    /// What programs send to the number.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub application_to_person_traffic: Vec<String>,
    /// What persons send to the number.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub person_to_person_traffic: Vec<String>,
}

/// What `geoIpVerification` knows of the person's network address (vocabulary 4.2). How sure: one page with one sample;
/// what a member means is read off its name.
///
/// ```
/// use jumio_model::Capability;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"city":"WIEN","anonymousVPN":true}}"#)?;
/// assert_eq!(run.geo_ip_verification().unwrap().anonymous_vpn, Some(true));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct GeoIpData {
    /// Country.
    #[serde_as(deserialize_as = "Text")]
    pub country: Option<String>,
    /// State.
    #[serde_as(deserialize_as = "Text")]
    pub state: Option<String>,
    /// City.
    #[serde_as(deserialize_as = "Text")]
    pub city: Option<String>,
    /// Whose network.
    #[serde_as(deserialize_as = "Text")]
    pub isp: Option<String>,
    /// Who uses it.
    #[serde_as(deserialize_as = "Text")]
    pub organization: Option<String>,
    /// Degrees.
    #[serde_as(deserialize_as = "Numeric")]
    pub latitude: Option<Number>,
    /// Degrees.
    #[serde_as(deserialize_as = "Numeric")]
    pub longitude: Option<Number>,
    /// How exact the place is. No page names the unit.
    #[serde_as(deserialize_as = "Integer")]
    pub accuracy_radius: Option<i64>,
    /// Whether it hides somebody.
    #[serde_as(deserialize_as = "Flag")]
    #[serde(rename = "anonymousVPN")]
    pub anonymous_vpn: Option<bool>,
    /// Whether it is a satellite's.
    #[serde_as(deserialize_as = "Flag")]
    pub satellite_provider: Option<bool>,
}

/// What `deviceRiskVerification` knows of the person's device (vocabulary 4.2). How sure: one page with one sample;
/// what a member means is read off its name.
///
/// ```
/// use jumio_model::Capability;
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"deviceScreen":"800x360","deviceIsNew":false}}"#)?;
/// assert_eq!(run.device_risk_verification().unwrap().device_is_new, Some(false));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeviceRiskData {
    /// Model.
    #[serde_as(deserialize_as = "Text")]
    pub device_model: Option<String>,
    /// Operating system.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "deviceOS")]
    pub device_os: Option<String>,
    /// Height and width, `800x360`.
    #[serde_as(deserialize_as = "Text")]
    pub device_screen: Option<String>,
    /// When the provider saw it first.
    #[serde_as(deserialize_as = "Text")]
    pub device_first_seen: Option<Timestamp>,
    /// Whether it never did.
    #[serde_as(deserialize_as = "Flag")]
    pub device_is_new: Option<bool>,
    /// What is odd about it, in words.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_alerts: Vec<String>,
    /// Browser.
    #[serde_as(deserialize_as = "Text")]
    pub browser: Option<String>,
    /// Its version.
    #[serde_as(deserialize_as = "Text")]
    pub browser_version: Option<String>,
    /// Its language, `EN-US`.
    #[serde_as(deserialize_as = "Text")]
    pub browser_language: Option<String>,
    /// Its offset, `+06:00`.
    #[serde_as(deserialize_as = "Text")]
    pub browser_timezone: Option<String>,
    /// Whether it takes cookies.
    #[serde_as(deserialize_as = "Flag")]
    pub browser_cookies_enabled: Option<bool>,
    /// Whether it runs Flash.
    #[serde_as(deserialize_as = "Flag")]
    pub flash_enabled: Option<bool>,
    /// The network address behind proxies.
    #[serde_as(deserialize_as = "Text")]
    #[serde(rename = "trueIP")]
    pub true_ip: Option<String>,
    /// The network address that was sent.
    #[serde_as(deserialize_as = "Text")]
    pub stated_ip: Option<String>,
    /// Whose network.
    #[serde_as(deserialize_as = "Text")]
    pub isp: Option<String>,
    /// City.
    #[serde_as(deserialize_as = "Text")]
    pub ip_location_city: Option<String>,
    /// Country.
    #[serde_as(deserialize_as = "Text")]
    pub ip_location_country: Option<String>,
    /// Region.
    #[serde_as(deserialize_as = "Text")]
    pub ip_location_region: Option<String>,
    /// Degrees: digits in a string.
    #[serde_as(deserialize_as = "Text")]
    pub ip_location_latitude: Option<String>,
    /// Degrees: digits in a string.
    #[serde_as(deserialize_as = "Text")]
    pub ip_location_longitude: Option<String>,
    /// How old this is: digits in a string. No page names the unit.
    #[serde_as(deserialize_as = "Text")]
    pub meta_data_age: Option<String>,
}

silent! { EmailData PhoneData PhoneRiskInsights GeoIpData DeviceRiskData }
