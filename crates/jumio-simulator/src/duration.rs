//! Lengths of time as people write them in options and scenario files: `500ms`, `2s`, `1m`, `3h`, `360d`.

use std::time::Duration;

/// Reads a whole number and its unit.
pub(crate) fn read(text: &str) -> Result<Duration, &'static str> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis: Option<u64> = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60 * 1000),
        "h" => Some(60 * 60 * 1000),
        "d" => Some(24 * 60 * 60 * 1000),
        _ => None,
    };
    number
        .parse::<u64>()
        .ok()
        .zip(millis)
        .and_then(|(number, millis)| number.checked_mul(millis))
        .map(Duration::from_millis)
        .ok_or("write a whole number and one of ms, s, m, h, d, such as 500ms")
}

#[cfg(test)]
mod tests {
    use super::{Duration, read};

    #[test]
    fn times_have_a_unit() {
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(read("1d"), Ok(Duration::from_secs(86_400)));
        for text in ["", "5", "s", "-1s", "1.5s", "1 s", "99999999999999999999s"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
