//! Signatures after Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`, a secret that begins with `whsec_`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Header with the message's id: the same for every attempt.
pub const WEBHOOK_ID: &str = "webhook-id";
/// Header with the attempt's time, in seconds since 1970.
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
/// Header with the signatures, separated by spaces.
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";

const PREFIX: &str = "whsec_";
const VERSION: &str = "v1,";
/// The specification asks for 24 to 64 bytes.
const SHORTEST: usize = 24;
const LONGEST: usize = 64;

/// The secret that both ends share. Silent in `Debug`.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use jumio_flow::SigningSecret;
///
/// let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let now = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
/// let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", now, br#"{"test": 2432232314}"#);
/// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// let is_theirs = |body| secret.verify("msg_p5jXN8AQM9LWM0D4loKWxJek", now, &signature, body, now, TimeDelta::minutes(5));
/// assert!(is_theirs(br#"{"test": 2432232314}"#));
/// assert!(!is_theirs(br#"{"test": 2432232315}"#));
/// # Ok::<(), jumio_flow::SecretError>(())
/// ```
#[derive(Clone)]
pub struct SigningSecret {
    mac: Hmac<Sha256>,
}

impl SigningSecret {
    /// Reads a secret: `whsec_` and 24 to 64 bytes in base64.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for anything else.
    pub fn parse(secret: &str) -> Result<Self, SecretError> {
        let bytes = secret.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok()).ok_or(SecretError)?;
        if !(SHORTEST..=LONGEST).contains(&bytes.len()) {
            return Err(SecretError);
        }
        Ok(Self { mac: Hmac::new_from_slice(&bytes).map_err(|_| SecretError)? })
    }

    /// Signs a message. The id must not have a full stop in it: it separates what is signed.
    pub fn sign(&self, id: &str, at: DateTime<Utc>, body: &[u8]) -> String {
        let signature = self.over(id, at, body).finalize().into_bytes();
        format!("{VERSION}{}", STANDARD.encode(signature))
    }

    /// Whether one of the signatures is ours, in constant time, and the message is no older and no newer than `tolerance`.
    pub fn verify(
        &self,
        id: &str,
        at: DateTime<Utc>,
        signatures: &str,
        body: &[u8],
        now: DateTime<Utc>,
        tolerance: TimeDelta,
    ) -> bool {
        let is_ours = |signature: &str| {
            let bytes = signature.strip_prefix(VERSION).and_then(|text| STANDARD.decode(text).ok());
            bytes.is_some_and(|bytes| self.over(id, at, body).verify_slice(&bytes).is_ok())
        };
        (now - at).abs() <= tolerance && signatures.split(' ').any(is_ours)
    }

    fn over(&self, id: &str, at: DateTime<Utc>, body: &[u8]) -> Hmac<Sha256> {
        let head = format!("{id}.{}.", at.timestamp());
        self.mac.clone().chain_update(head).chain_update(body)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// A text that is no signing secret. It does not show the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretError;

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signing secret must be `whsec_` and 24 to 64 bytes in base64")
    }
}

impl std::error::Error for SecretError {}
