//! Points in time as Jumio writes them.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::inline_text::InlineText;
use crate::redact::Silent;

/// A point in time, kept as the text that came and read on demand.
///
/// Jumio writes `YYYY-MM-DDThh:mm:ss.SSSZ` (vocabulary 8.3; documented, and so in all traffic); others' tests have
/// texts without fraction. Keeping the text means that an odd one never costs the reply it stands in, and that it is
/// written back unchanged.
///
/// ```
/// use jumio_model::Timestamp;
///
/// let created = Timestamp::from("2025-06-17T08:35:55.121Z");
/// assert_eq!(created.to_utc().unwrap().timestamp_millis(), 1_750_149_355_121);
/// assert_eq!(Timestamp::from("soon").to_utc(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(InlineText<JUMIO>);

/// How long the form is that Jumio writes.
const JUMIO: usize = 24;

impl Timestamp {
    /// The text as it came.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The moment, or `None` where the text is no RFC 3339 time.
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(self.as_str()).ok().map(|time| time.to_utc())
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(InlineText::from(text))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// Writes the form that Jumio uses: UTC with three fraction digits.
    fn from(time: DateTime<Utc>) -> Self {
        Self::from(time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().as_str())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::lenient::text(deserializer, |text| Self::from(text))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A text that is no time may be anything, in a callback that nobody signed as well.
        match self.to_utc() {
            Some(_) => write!(f, "Timestamp({})", self.as_str()),
            None => f.debug_tuple("Timestamp").field(&Silent(self.as_str())).finish(),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
