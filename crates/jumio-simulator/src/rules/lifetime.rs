//! `tokenLifetime` (protocol 3.1): `^([+-]?\d+)([smhd]{1})$`, from 5 minutes to 60 days, 30 minutes where it is absent.

use std::time::Duration;

// behavior: tokenLifetime is a number with s, m, h or d, from 5m to 60d, 30m by default | protocol 3.1 | documented
const DEFAULT: Duration = Duration::from_secs(30 * 60);
const SHORTEST: i64 = 5 * 60;
const LONGEST: i64 = 60 * 24 * 60 * 60;

pub(super) fn read(text: Option<&str>) -> Result<Duration, &'static str> {
    let Some(text) = text else { return Ok(DEFAULT) };
    let seconds = seconds(text).ok_or("must be a whole number and one of s, m, h, d, such as 30m")?;
    if !(SHORTEST..=LONGEST).contains(&seconds) {
        return Err("must lie between 5m and 60d");
    }
    u64::try_from(seconds).map(Duration::from_secs).map_err(|_| "must not be negative")
}

/// Too long a number is out of bounds, not out of shape.
fn seconds(text: &str) -> Option<i64> {
    let unit = match text.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?;
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(number.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(unit))
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, Duration, read};

    #[test]
    fn grammar_and_bounds() {
        assert_eq!(read(None), Ok(DEFAULT));
        for (text, seconds) in [("5m", 300), ("+300s", 300), ("2h", 7200), ("60d", 5_184_000)] {
            assert_eq!(read(Some(text)), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "5", "m", "5 m", "5M", "1.5h", "5mm", "٣0m"] {
            assert!(read(Some(text)).unwrap_err().contains("whole number"), "{text}");
        }
        for text in ["299s", "61d", "-30m", "99999999999999999999m"] {
            assert!(read(Some(text)).unwrap_err().contains("between"), "{text}");
        }
    }
}
