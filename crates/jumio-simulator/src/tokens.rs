//! The two kinds of token (protocol 2.1, 2.2): the OAuth access token and the transaction token. Both are signed with the
//! simulator's own key, so that a restarted simulator still knows them. Who may use which, and when, is not decided here.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Crc;
use flate2::read::GzDecoder;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Sha256, Sha512};

use crate::clock::Moment;

/// Documented header of a transaction token. The other kind has another one, so neither is ever taken for the other.
const TRANSACTION_HEADER: &str = r#"{"alg":"HS512","zip":"GZIP"}"#;
const ACCESS_HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// No real payload is nearly as long; it stops a small body that unpacks to a huge one.
const LONGEST_PAYLOAD: u64 = 64 * 1024;

/// What a transaction token says, in the order of the quickstart's sample (protocol 2.2).
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Milliseconds since 1970, as text.
    #[serde(rename = "exAt")]
    pub(crate) expires_at: String,
    #[serde(rename = "accId")]
    pub(crate) account_id: String,
    /// The acquisition: equal to the execution.
    #[serde(rename = "aId")]
    pub(crate) acquisition_id: String,
    #[serde(rename = "wfeId")]
    pub(crate) execution_id: String,
    #[serde(rename = "cRef")]
    pub(crate) customer_reference: String,
    /// In the sample a UUID that stands nowhere else in the reply; taken here as the tenant's.
    #[serde(rename = "cId")]
    pub(crate) customer_id: String,
    /// Makes a rotated token another text; no sample has it, and tokens that are not rotated do not either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rotation: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct AccessClaims {
    sub: String,
    iat: i64,
    exp: i64,
}

/// Signs and checks tokens.
pub(crate) struct Signer {
    key: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(key: Vec<u8>) -> Self {
        Self { key }
    }

    /// An access token: a JWT with `iat` and `exp` (protocol 2.1).
    pub(crate) fn access_token(&self, client: &str, from: Moment, to: Moment) -> String {
        let claims = AccessClaims { sub: client.to_owned(), iat: from.seconds(), exp: to.seconds() };
        let payload = serde_json::to_vec(&claims).unwrap_or_default();
        let content = content(ACCESS_HEADER, &payload);
        let signature = self.sha256(&content).finalize().into_bytes();
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether this is an access token of ours that is still good.
    pub(crate) fn accepts_access(&self, token: &str, now: Moment) -> bool {
        let Some((content, payload, signature)) = split(token, ACCESS_HEADER) else {
            return false;
        };
        self.sha256(content).verify_slice(&signature).is_ok()
            && serde_json::from_slice::<AccessClaims>(&payload).is_ok_and(|claims| claims.exp > now.seconds())
    }

    /// A transaction token: its payload is JSON, compressed with gzip.
    pub(crate) fn transaction_token(&self, claims: &Claims) -> String {
        let payload = gzip(&serde_json::to_vec(claims).unwrap_or_default());
        let content = content(TRANSACTION_HEADER, &payload);
        let signature = self.sha512(&content).finalize().into_bytes();
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a transaction token of ours says. Whether it is still good depends on the transaction, not on the token:
    /// each upload moves the end (protocol 10.4).
    pub(crate) fn read_transaction(&self, token: &str) -> Option<Claims> {
        let (content, payload, signature) = split(token, TRANSACTION_HEADER)?;
        self.sha512(content).verify_slice(&signature).ok()?;
        let mut json = Vec::new();
        GzDecoder::new(payload.as_slice()).take(LONGEST_PAYLOAD).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The signature of an address that needs no token.
    pub(crate) fn link(&self, message: &str) -> String {
        let signature = self.sha256(&format!("link/{message}")).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(signature)
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn sha256(&self, content: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key");
        mac.update(content.as_bytes());
        mac
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn sha512(&self, content: &str) -> Hmac<Sha512> {
        let mut mac = Hmac::<Sha512>::new_from_slice(&self.key).expect("HMAC takes any key");
        mac.update(content.as_bytes());
        mac
    }
}

fn content(header: &str, payload: &[u8]) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// The signed text, the payload and the signature, where the header is exactly the expected one.
fn split<'a>(token: &'a str, header: &str) -> Option<(&'a str, Vec<u8>, Vec<u8>)> {
    let (content, signature) = token.rsplit_once('.')?;
    let (start, payload) = content.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    (URL_SAFE_NO_PAD.decode(start).ok()? == header.as_bytes()).then_some((content, payload, signature))
}

/// A gzip member with the bytes stored as they are. Compressing two hundred bytes saves a few of them and costs more than the
/// rest of an account call: a compressor begins by clearing hundreds of kilobytes.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut chunks = bytes.chunks(usize::from(u16::MAX)).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        encoded.push(u8::from(chunks.peek().is_none()));
        encoded.extend_from_slice(&length.to_le_bytes());
        encoded.extend_from_slice(&(!length).to_le_bytes());
        encoded.extend_from_slice(chunk);
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    encoded.extend_from_slice(&crc.sum().to_le_bytes());
    encoded.extend_from_slice(&crc.amount().to_le_bytes());
    encoded
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Claims, Moment, Signer};

    fn claims() -> Claims {
        Claims {
            expires_at: "1752767969895".to_owned(),
            account_id: "a".to_owned(),
            acquisition_id: "w".to_owned(),
            execution_id: "w".to_owned(),
            customer_reference: "order-17".to_owned(),
            customer_id: "c".to_owned(),
            rotation: None,
        }
    }

    #[test]
    fn each_kind_is_known_only_as_itself() {
        let signer = Signer::new(vec![7; 32]);
        let now = Moment::now(0);
        let access = signer.access_token("me", now, now.after(Duration::from_secs(3600)));
        let transaction = signer.transaction_token(&claims());
        assert!(signer.accepts_access(&access, now));
        assert!(signer.read_transaction(&access).is_none());
        assert!(!signer.accepts_access(&transaction, now));
        assert_eq!(signer.read_transaction(&transaction).unwrap().execution_id, "w");
    }

    #[test]
    fn a_payload_of_any_length_unpacks_to_itself() {
        use std::io::Read as _;

        for length in [1, 200, 65_535, 65_536, 200_000] {
            let payload = vec![b'x'; length];
            let mut unpacked = Vec::new();
            super::GzDecoder::new(super::gzip(&payload).as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == payload, "{length}");
        }
    }

    #[test]
    fn an_access_token_ends() {
        let signer = Signer::new(vec![7; 32]);
        let now = Moment::now(0);
        let hour = Duration::from_secs(3600);
        let access = signer.access_token("me", now, now.after(hour));
        assert!(!signer.accepts_access(&access, now.after(hour)));
    }

    #[test]
    fn another_key_or_a_changed_token_is_refused() {
        let signer = Signer::new(vec![7; 32]);
        let token = signer.transaction_token(&claims());
        assert!(Signer::new(vec![8; 32]).read_transaction(&token).is_none());
        let (content, signature) = token.rsplit_once('.').unwrap();
        for broken in [content.to_owned(), format!("{content}."), format!("{content}x.{signature}")] {
            assert!(signer.read_transaction(&broken).is_none());
        }
    }
}
