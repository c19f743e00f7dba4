//! `userConsent` (protocol 3.4): what its members may be. Doc Proof needs none.

use chrono::DateTime;

use super::fields::Fields;

/// How consent can stand.
const OBTAINED: &[&str] = &["yes", "no", "na"];

// behavior: userConsent is optional; its members must have the documented types and values, else 400 | protocol 3.4 | documented
// behavior: a transaction without consent is not rejected for that: whether and when one needs it is told in words alone | protocol 3.4 | chosen
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
