//! The caller's text for reports.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::invalid::InvalidRequest;
use crate::redact::Silent;

/// Free text by which the portal's reports can be filtered (`reportingCriteria`, protocol 3.1).
///
/// How sure: the account page says at most 255 characters, a guide of the Android SDK says 100 (vocabulary 10.1). What
/// it is for is read off its name; that it has no control characters is chosen.
///
/// ```
/// use jumio_model::ReportingCriteria;
///
/// assert_eq!(ReportingCriteria::new("campaign 7")?.as_str(), "campaign 7");
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ReportingCriteria(Box<str>);

impl ReportingCriteria {
    /// Takes a text of 1 to 255 characters without control characters.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn new(text: &str) -> Result<Self, InvalidRequest> {
        if !(1..=255).contains(&text.chars().count()) || text.contains(char::is_control) {
            let rule = "must have 1 to 255 characters and no control characters";
            return Err(InvalidRequest::new("reportingCriteria", rule, text));
        }
        Ok(Self(text.into()))
    }

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReportingCriteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReportingCriteria").field(&Silent(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::ReportingCriteria;

    #[test]
    fn the_rules_of_reporting_criteria() {
        assert_eq!(ReportingCriteria::new("campaign 7").unwrap().as_str(), "campaign 7");
        for bad in ["", "a\nb", &"x".repeat(256)] {
            assert!(ReportingCriteria::new(bad).is_err());
        }
        assert!(!format!("{:?}", ReportingCriteria::new("campaign 7").unwrap()).contains("campaign"));
    }
}
