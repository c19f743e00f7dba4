//! Lengths of time in JSON and TOML: text such as `2s`, read and written. How the text is made up stands in `duration.rs`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

use crate::duration;

pub(crate) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(*value))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    duration::read(&text).map_err(|rule| D::Error::custom(format!("{text:?}: {rule}")))
}

/// In the largest unit that leaves no rest.
fn text(value: Duration) -> String {
    let millis = value.as_millis();
    if !millis.is_multiple_of(1000) {
        return format!("{millis}ms");
    }
    match value.as_secs() {
        0 => "0s".to_owned(),
        hours if hours.is_multiple_of(3600) => format!("{}h", hours / 3600),
        minutes if minutes.is_multiple_of(60) => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

/// The same for a value that may be absent.
pub(crate) mod optional {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    #[derive(Deserialize)]
    struct Text(#[serde(deserialize_with = "super::deserialize")] Duration);

    pub(crate) fn serialize<S: Serializer>(value: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        value.map(super::text).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Text>::deserialize(from)?.map(|text| text.0))
    }
}

/// The same for a list.
pub(crate) mod list {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    struct Text(#[serde(deserialize_with = "super::deserialize")] Duration);

    pub(crate) fn serialize<S: Serializer>(values: &[Duration], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(|value| super::text(*value)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Duration>, D::Error> {
        Ok(Vec::<Text>::deserialize(from)?.into_iter().map(|text| text.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, duration, text};

    #[test]
    fn what_is_written_is_read_again() {
        for (millis, expected) in [(0, "0s"), (1500, "1500ms"), (2000, "2s"), (120_000, "2m"), (7_200_000, "2h")] {
            let value = Duration::from_millis(millis);
            assert_eq!(text(value), expected);
            assert_eq!(duration::read(expected), Ok(value));
        }
    }
}
