//! How long a transaction waits for its person (`tokenLifetime`, protocol 3.1).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::invalid::InvalidRequest;

const FIELD: &str = "tokenLifetime";
const SHORTEST: u64 = 5 * 60;
const LONGEST: u64 = 60 * 24 * 60 * 60;

/// How long a transaction waits for its person (`tokenLifetime`, protocol 3.1): a number and one of `s`, `m`, `h`, `d`,
/// from 5 minutes to 60 days. Jumio's default is 30 minutes. How sure: grammar, bounds and default are documented.
///
/// ```
/// use jumio_model::TokenLifetime;
///
/// let lifetime = TokenLifetime::parse("2h")?;
/// assert_eq!(lifetime.duration().as_secs(), 7200);
/// assert!(TokenLifetime::parse("4m").is_err());
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenLifetime(Box<str>);

impl TokenLifetime {
    /// What Jumio takes where the request and the portal name nothing: 30 minutes.
    pub const DEFAULT: Duration = Duration::from_secs(30 * 60);

    /// Reads a lifetime and checks its grammar and bounds.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidRequest> {
        let seconds = seconds(text)
            .ok_or_else(|| InvalidRequest::new(FIELD, "must be a number and one of s, m, h, d, such as 30m", text))?;
        if !(SHORTEST..=LONGEST).contains(&seconds) {
            return Err(InvalidRequest::new(FIELD, "must lie between 5m and 60d", text));
        }
        Ok(Self(text.into()))
    }

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as a duration.
    pub fn duration(&self) -> Duration {
        seconds(&self.0).map_or(Self::DEFAULT, Duration::from_secs)
    }
}

// Jumio's grammar is `^([+-]?\d+)([smhd]{1})$`; a negative number is out of bounds anyway.
fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let digits = text.get(..text.len().checked_sub(1)?)?;
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::TokenLifetime;

    #[test]
    fn grammar_and_bounds() {
        for (text, seconds) in [("5m", 300), ("300s", 300), ("+30m", 1800), ("60d", 5_184_000), ("1h", 3600)] {
            assert_eq!(TokenLifetime::parse(text).unwrap().duration().as_secs(), seconds);
        }
        for bad in ["", "m", "5", "5 m", "-5m", "4m", "61d", "5w", "99999999999999999999d", "५m"] {
            assert!(TokenLifetime::parse(bad).is_err(), "{bad}");
        }
    }
}
