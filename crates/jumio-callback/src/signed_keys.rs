//! Keys that tell by themselves whether they are ours and still good, so that a flood of guesses costs no look at a store.
//!
//! A transaction's own key is 128 random bits that its flow keeps (`CallbackKey` of `jumio-flow`). Signed, it stands in the
//! callback URL as `{key}.{secret's name}.{good until}.{mac}`. The receiver checks mac and time, and hands on the key alone.

mod secret;
#[cfg(feature = "flow")]
mod url;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub use secret::{InvalidSecret, SigningSecret};

/// Bytes of the code at the end: 128 bits of HMAC-SHA256.
const CODE: usize = 16;

/// What the code is about, so that the same secret in another use makes other codes.
const PURPOSE: &[u8] = b"jumio-callback key 1\n";

/// Signs callback keys and knows its own again. Rotation without a gap: the first secret signs, all of them are accepted;
/// put a new one first, and drop the old one when the keys that it signed have run out.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use jumio_callback::{SignedKeys, SigningSecret};
///
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
/// let keys = SignedKeys::new(SigningSecret::new("2026a", [7; 32])?);
///
/// // Good for as long as the link that the person gets (60 days at most, protocol 3.1), and a while for Jumio's own work.
/// let segment = keys.sign("5ecre7", now + Duration::from_secs(30 * 60) + SignedKeys::GRACE)?;
/// assert_eq!(keys.check(&segment, now), Some("5ecre7"));
/// assert_eq!(keys.check("5ecre7", now), None, "unsigned");
///
/// let rotated = SignedKeys::new(SigningSecret::new("2026b", [8; 32])?).and(SigningSecret::new("2026a", [7; 32])?);
/// assert_eq!(rotated.check(&segment, now), Some("5ecre7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedKeys {
    current: SigningSecret,
    also: Vec<SigningSecret>,
}

impl SignedKeys {
    /// Chosen: how long after a link has run out its callbacks are still taken. A session may outlive its link by 15 minutes
    /// (protocol 10.4), and how long Jumio works or whether it sends again is not documented.
    pub const GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// Signs with this secret.
    pub fn new(current: SigningSecret) -> Self {
        Self { current, also: Vec::new() }
    }

    /// Signs with the first of these named secrets and accepts what any of them signed: those of a key file, whose newest key
    /// comes first (`KeyFile::secrets` of `jumio-store`).
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] where there is none, or a name does not fit.
    pub fn of(secrets: impl IntoIterator<Item = (String, [u8; 32])>) -> Result<Self, InvalidSecret> {
        let mut secrets = secrets.into_iter().map(|(name, bytes)| SigningSecret::new(&name, bytes));
        let current = secrets.next().unwrap_or(Err(InvalidSecret { length: 0 }))?;
        Ok(Self { current, also: secrets.collect::<Result<_, _>>()? })
    }

    /// Accepts what this secret signed, too.
    #[must_use]
    pub fn and(mut self, earlier: SigningSecret) -> Self {
        self.also.push(earlier);
        self
    }

    /// The last segment of a callback URL: the key, signed, good until then (to the second).
    ///
    /// # Errors
    ///
    /// [`UnfitKey`] where the key has other characters than letters, digits, `-` and `_`, or is empty or longer than 64.
    pub fn sign(&self, key: &str, until: SystemTime) -> Result<String, UnfitKey> {
        let fits = (1..=64).contains(&key.len()) && key.bytes().all(is_url_safe);
        if !fits {
            return Err(UnfitKey { length: key.len() });
        }
        let until = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let signed = format!("{key}.{}.{until:x}", self.current.name());
        let code = hex(&self.current, &signed);
        Ok(format!("{signed}.{code}"))
    }

    /// The key in a segment, where one of the secrets signed it and it is still good. Comparing takes the same time wherever
    /// two codes differ.
    pub fn check<'a>(&self, segment: &'a str, now: SystemTime) -> Option<&'a str> {
        let (signed, code) = segment.rsplit_once('.')?;
        let mut parts = signed.splitn(3, '.');
        let (key, name, until) = (parts.next()?, parts.next()?, parts.next()?);
        let secret = std::iter::once(&self.current).chain(&self.also).find(|secret| secret.name() == name)?;
        let code = unhex(code)?;
        keyed(secret, signed).verify_truncated_left(&code).ok()?;
        let until = UNIX_EPOCH.checked_add(Duration::from_secs(u64::from_str_radix(until, 16).ok()?))?;
        (now < until).then_some(key)
    }
}

/// Shows which secrets there are, and none of them.
impl fmt::Debug for SignedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entry(&self.current).entries(&self.also).finish()
    }
}

/// A key that cannot stand in a callback URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnfitKey {
    /// Its length, in bytes.
    pub length: usize,
}

impl fmt::Display for UnfitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.length;
        write!(f, "a callback key has 1 to 64 letters, digits, `-` or `_`; this one ({length} bytes) does not fit")
    }
}

impl std::error::Error for UnfitKey {}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed(secret: &SigningSecret, signed: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).expect("a key of 32 bytes");
    mac.update(PURPOSE);
    mac.update(signed.as_bytes());
    mac
}

fn hex(secret: &SigningSecret, signed: &str) -> String {
    let code = keyed(secret, signed).finalize().into_bytes();
    code.iter().take(CODE).map(|byte| format!("{byte:02x}")).collect()
}

/// Lower-case only: one key has one text.
fn unhex(text: &str) -> Option<[u8; CODE]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut code = [0; CODE];
    if text.len() != 2 * CODE {
        return None;
    }
    for (slot, pair) in code.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *slot = digit(*high)? << 4 | digit(*low)?;
    }
    Some(code)
}

#[cfg(test)]
mod tests;
