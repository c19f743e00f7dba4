//! The person's consent, as a request tells it (`userConsent`, protocol 3.4), and as the details repeat it.

use std::fmt;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::invalid::InvalidRequest;
use crate::lenient::{Object, Text};
use crate::redact::{Present, silent};
use crate::vocabulary::ConsentObtained;
use crate::{Country, Timestamp};

/// Where the person is, and whether they agreed to have their biometrics or ID processed (`userConsent`, protocol 3.4).
///
/// Needed when one's own page or the API collects them (the hosted page and the SDKs ask by themselves). Doc Proof
/// needs none: the quickstart sends none, and one live client did without. In the United States both the state and a
/// consent block are mandatory, elsewhere the country is enough. How sure: the guide and the consent page have the
/// rules; that the state is mandatory comes from one client alone and is confirmed nowhere.
///
/// ```
/// use chrono::DateTime;
/// use jumio_model::{Consent, Country, UserConsent};
///
/// let ip = "192.0.2.1".parse().unwrap();
/// let at = DateTime::from_timestamp(1_735_786_245, 0).unwrap();
/// let american = UserConsent::united_states(ip, "IL", Consent::obtained_at(at))?;
/// let german = UserConsent::new(ip, Country::DEU)?;
/// assert!(UserConsent::new(ip, Country::USA).is_err());
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserConsent {
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    user_ip: Option<String>,
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    user_location: Option<UserLocation>,
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    consent: Option<Consent>,
}

impl UserConsent {
    /// A person outside of the United States. Address and country are always asked for (protocol 3.4).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the country is no alpha-3 code, or is the United States.
    pub fn new(ip: IpAddr, country: Country) -> Result<Self, InvalidRequest> {
        if country == Country::USA {
            let rule = "must come with a state and a consent in the United States; use `united_states`";
            return Err(InvalidRequest::new("userConsent.userLocation.country", rule, country.as_str()));
        }
        if country.as_str().len() != 3 || !country.as_str().bytes().all(|byte| byte.is_ascii_uppercase()) {
            let rule = "must be an ISO 3166-1 alpha-3 code, such as DEU";
            return Err(InvalidRequest::new("userConsent.userLocation.country", rule, country.as_str()));
        }
        Ok(Self::at(ip, country, None, None))
    }

    /// A person in the United States.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the state is not a code like `IL`.
    pub fn united_states(ip: IpAddr, state: &str, consent: Consent) -> Result<Self, InvalidRequest> {
        let state = checked_state(&Country::USA, state)?;
        Ok(Self::at(ip, Country::USA, Some(state), Some(consent)))
    }

    fn at(ip: IpAddr, country: Country, state: Option<String>, consent: Option<Consent>) -> Self {
        let user_location = Some(UserLocation { country: Some(country), state });
        Self { user_ip: Some(ip.to_string()), user_location, consent }
    }

    /// Sets the state: a code without the country for Australia, Canada and the United States, 1 to 100 characters elsewhere.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn with_state(mut self, state: &str) -> Result<Self, InvalidRequest> {
        let location = self.user_location.get_or_insert_with(UserLocation::default);
        let nowhere = Country::from("");
        location.state = Some(checked_state(location.country.as_ref().unwrap_or(&nowhere), state)?);
        Ok(self)
    }

    /// Sets what the person said.
    #[must_use]
    pub fn with_consent(mut self, consent: Consent) -> Self {
        self.consent = Some(consent);
        self
    }

    /// The person's address on the network.
    pub fn user_ip(&self) -> Option<&str> {
        self.user_ip.as_deref()
    }

    /// The country that the person is in.
    pub fn country(&self) -> Option<&Country> {
        self.user_location.as_ref()?.country.as_ref()
    }

    /// The state that the person is in.
    pub fn state(&self) -> Option<&str> {
        self.user_location.as_ref()?.state.as_deref()
    }

    /// What the person said.
    pub fn consent(&self) -> Option<&Consent> {
        self.consent.as_ref()
    }
}

fn checked_state(country: &Country, state: &str) -> Result<String, InvalidRequest> {
    let fail = |rule| Err(InvalidRequest::new("userConsent.userLocation.state", rule, state));
    // The lists of subdivisions are ours to look things up in, so a code that they lack is only judged by its form.
    if country.has_subdivisions() {
        if !(2..=3).contains(&state.len()) || !state.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return fail("must be the code of a state without the country, such as IL");
        }
    } else if !(1..=100).contains(&state.chars().count()) || state.contains(char::is_control) {
        return fail("must have 1 to 100 characters and no control characters");
    }
    Ok(state.to_owned())
}

impl fmt::Debug for UserConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserConsent")
            .field("user_ip", &Present(self.user_ip.is_some()))
            .field("user_location", &Present(self.user_location.is_some()))
            .field("consent", &self.consent)
            .finish()
    }
}

#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct UserLocation {
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    country: Option<Country>,
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    state: Option<String>,
}

/// What a person said when asked (`userConsent.consent` of a request, protocol 3.4; `consent` of the details, protocol
/// 7.2). May be used again for at most three years. How sure: the guide has the request, the page on consent details
/// the reply.
///
/// ```
/// use jumio_model::Consent;
/// use jumio_model::vocabulary::ConsentObtained;
///
/// let consent: Consent = jumio_model::from_slice(br#"{"obtained":"yes","obtainedAt":"2025-01-02T03:04:05.678Z"}"#)?;
/// assert_eq!(consent.obtained, Some(ConsentObtained::Yes));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Consent {
    /// `yes`, `no` or `na`: a text, not a boolean (protocol trap 21).
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub obtained: Option<ConsentObtained>,
    /// When: `YYYY-MM-DDThh:mm:ss.SSSZ`, UTC.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub obtained_at: Option<Timestamp>,
}

// What a person said, and when, is about the person.
silent!(Consent);

impl Consent {
    /// The person agreed.
    pub fn obtained_at(at: DateTime<Utc>) -> Self {
        Self { obtained: Some(ConsentObtained::Yes), obtained_at: Some(at.into()) }
    }

    /// The person did not agree (`no`). What Jumio makes of it is not documented; where a consent is missing, the
    /// transaction is rejected (protocol 3.4).
    pub fn refused_at(at: DateTime<Utc>) -> Self {
        Self { obtained: Some(ConsentObtained::No), obtained_at: Some(at.into()) }
    }

    /// No consent is needed where the person is (`na`). Inferred from the value: no source explains it.
    pub fn not_needed() -> Self {
        Self { obtained: Some(ConsentObtained::Na), obtained_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::{Consent, UserConsent};
    use crate::Country;

    #[test]
    fn the_rules_of_a_consent() {
        let ip = "2001:db8::1".parse().unwrap();
        for good in ["IL", "DC"] {
            let consent = UserConsent::united_states(ip, good, Consent::not_needed()).unwrap();
            assert_eq!((consent.state(), consent.country()), (Some(good), Some(&Country::USA)));
        }
        for bad in ["", "US-IL", "Illinois", "il"] {
            let error = UserConsent::united_states(ip, bad, Consent::not_needed()).unwrap_err();
            assert_eq!((error.field, error.length), ("userConsent.userLocation.state", bad.len()));
        }
        assert!(UserConsent::new(ip, Country::from("DE")).is_err());
        let german = UserConsent::new(ip, Country::DEU).unwrap();
        assert_eq!(german.clone().with_state("Bayern").unwrap().state(), Some("Bayern"));
        assert!(german.with_state("").is_err());
        assert!(UserConsent::new(ip, Country::CAN).unwrap().with_state("Ontario").is_err());
    }

    #[test]
    fn nobody_is_shown() {
        let ip = "192.0.2.77".parse().unwrap();
        let consent = UserConsent::united_states(ip, "IL", Consent::not_needed()).unwrap();
        let shown = format!("{consent:?}");
        assert!(!shown.contains("192.0") && !shown.contains("IL") && !shown.contains("USA"), "{shown}");
        let json = serde_json::to_value(&consent).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"userIp": "192.0.2.77", "userLocation": {"country": "USA", "state": "IL"},
                "consent": {"obtained": "na"}})
        );
    }
}
