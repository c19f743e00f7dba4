//! `userConsent` (protocol 3.4): what its members may be, and when it is missing. Doc Proof needs none.

use chrono::DateTime;

use super::fields::Fields;
use crate::credential::Category;
use crate::transaction::Wanted;

/// How consent can stand.
const OBTAINED: &[&str] = &["yes", "no", "na"];

// behavior: userConsent is optional; its members must have the documented types and values, else 400 | protocol 3.4 | documented
pub(super) fn check(consent: &Fields<'_>) -> Result<(), String> {
    consent.text("userIp", usize::MAX)?;
    if let Some(location) = consent.optional_object("userLocation")? {
        if let Some(country) = location.text("country", usize::MAX)?
            && country.chars().count() != 3
        {
            return Err(format!("{}: must be an ISO 3166-1 alpha-3 code", location.at("country")));
        }
        location.text("state", 100)?;
    }
    let Some(given) = consent.optional_object("consent")? else { return Ok(()) };
    if let Some(obtained) = given.text("obtained", usize::MAX)?
        && !OBTAINED.contains(&obtained.as_str())
    {
        return Err(format!("{}: must be yes, no or na", given.at("obtained")));
    }
    if let Some(at) = given.text("obtainedAt", usize::MAX)?
        && DateTime::parse_from_rfc3339(&at).is_err()
    {
        return Err(format!("{}: must be a time such as 2026-01-02T03:04:05.678Z", given.at("obtainedAt")));
    }
    Ok(())
}

/// Whether something that a person must agree to is asked for, and nothing says that the person did.
// behavior: consent is needed for ID, SELFIE and FACEMAP, and not for DOCUMENT and DATA alone | protocol 3.4 | documented
// behavior: it is missing without userIp or userLocation.country, and for USA without consent.obtained | protocol 3.4 | documented
// behavior: consent.obtained of no or na is not missing: what Jumio does with it is told nowhere | protocol 3.4 | chosen
pub(super) fn is_missing(consent: Option<&Fields<'_>>, credentials: &[Wanted]) -> Result<bool, String> {
    let of_a_person = |wanted: &Wanted| matches!(wanted.category, Category::Id | Category::Selfie | Category::Facemap);
    if !credentials.iter().any(of_a_person) {
        return Ok(false);
    }
    let Some(consent) = consent else { return Ok(true) };
    let country = match consent.optional_object("userLocation")? {
        Some(location) => location.text("country", usize::MAX)?,
        None => None,
    };
    let obtained = match consent.optional_object("consent")? {
        Some(given) => given.text("obtained", usize::MAX)?,
        None => None,
    };
    let unsaid = country.is_none_or(|country| country == "USA" && obtained.is_none());
    Ok(unsaid || consent.get("userIp").is_none())
}
