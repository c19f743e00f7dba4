//! When a transaction token runs out, read from the token itself.
//!
//! The token is a JWT whose payload is gzip-compressed JSON; `exAt` is a string of epoch milliseconds (protocol 2.2). None of
//! it is promised, so any surprise gives `None`.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::TransactionToken;

// A payload of a few hundred bytes; the limit keeps a crafted token from growing without end.
const LARGEST: u64 = 64 * 1024;

#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "exAt")]
    expires_at: Box<str>,
}

impl TransactionToken {
    /// When the token runs out, where it says so in the one form that has been seen: a gzip payload with `exAt`, a text
    /// of epoch milliseconds (protocol 2.2). Opaque on any surprise. How sure: the quickstart's sample, and no word of
    /// documentation.
    ///
    /// ```
    /// use jumio_model::TransactionToken;
    ///
    /// assert_eq!(TransactionToken::new("anything else").expires_at(), None);
    /// ```
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        let payload = self.expose().split('.').nth(1)?;
        let compressed = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(compressed.as_slice()).take(LARGEST).read_to_string(&mut text).ok()?;
        let claims: Claims = serde_json::from_str(&text).ok()?;
        DateTime::from_timestamp_millis(claims.expires_at.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use crate::{AccountReply, TransactionToken};

    #[test]
    fn the_documented_sample_says_when() {
        let reply = include_bytes!("../../../fixtures/documented/create_account/reply.json");
        let reply: AccountReply = crate::from_slice(reply).unwrap();
        let token = reply.document().unwrap().api.as_ref().unwrap().token.as_ref().unwrap();
        let expires = token.expires_at().unwrap();
        let created = reply.timestamp.unwrap().to_utc().unwrap();
        assert_eq!((expires - created).num_days(), 29); // a lifetime of 30 days;
    }

    #[test]
    fn any_surprise_is_opaque() {
        for odd in ["", "a", "a.b.c", "a.H4sIAAAAAAAA.c", "....", "a.eyJleHAiOjF9.c"] {
            assert_eq!(TransactionToken::new(odd).expires_at(), None);
        }
    }
}
