//! How long a token lives, from two witnesses that may both be silent or wrong.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

/// A token that says nothing of itself, and a reply that says nothing either (RFC 6749 only recommends `expires_in`).
const UNKNOWN: Duration = Duration::from_secs(300);
/// Keeps zero, negative and tiny lifetimes from turning every call into a login.
const SHORTEST: Duration = Duration::from_secs(10);
/// Jumio's live an hour; anything over a day is a mistake of units.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Deserialize)]
struct Claims {
    iat: f64,
    exp: f64,
}

pub(crate) fn of(expires_in: Option<i64>, token: &str) -> Duration {
    let said = expires_in.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or_default()));
    // The difference of the two claims needs no clock of ours, so a wrong one does no harm.
    let lifetime = match (said, claimed(token)) {
        (Some(said), Some(claimed)) => said.min(claimed),
        (Some(lifetime), None) | (None, Some(lifetime)) => lifetime,
        (None, None) => UNKNOWN,
    };
    lifetime.clamp(SHORTEST, LONGEST)
}

fn claimed(token: &str) -> Option<Duration> {
    let payload = token.split('.').nth(1)?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let Claims { iat, exp } = serde_json::from_slice(&payload).ok()?;
    Duration::try_from_secs_f64(exp - iat).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    fn jwt(claims: &str) -> String {
        format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_shorter_witness_counts_and_nonsense_has_bounds() {
        let hour = jwt(r#"{"iat":1700000000,"exp":1700003600}"#);
        let cases = [
            (Some(3600), "opaque", 3600),
            (Some(1200), hour.as_str(), 1200),
            (Some(7200), &hour, 3600),
            (None, &hour, 3600),
            (None, "opaque", 300),
            (None, "a.b.c", 300),
            (None, "a.!!.c", 300),
            (None, &jwt("[]"), 300),
            (None, &jwt(r#"{"exp":1700003600}"#), 300),
            (None, &jwt(r#"{"iat":"1","exp":"2"}"#), 300),
            (None, &jwt(r#"{"iat":-1e308,"exp":1e308}"#), 300),
            (None, &jwt(r#"{"iat":1700003600,"exp":1700000000}"#), 300),
            (Some(3600), &jwt(r#"{"iat":5,"exp":5}"#), 10),
            (Some(0), "opaque", 10),
            (Some(-7), "opaque", 10),
            (Some(i64::MIN), "opaque", 10),
            (Some(i64::MAX), "opaque", 86_400),
            (Some(1_000_000_000_000), &jwt(r#"{"iat":0,"exp":1e12}"#), 86_400),
        ];
        for (expires_in, token, seconds) in cases {
            assert_eq!(super::of(expires_in, token).as_secs(), seconds, "{expires_in:?} {token}");
        }
    }
}
