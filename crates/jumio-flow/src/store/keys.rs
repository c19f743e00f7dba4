//! How flows and their hosts are named.

use std::fmt;

use jumio_model::{CallbackUrl, InvalidRequest};
use serde::{Deserialize, Serialize};

/// A flow's name, chosen by the application. Must not name a person: stores keep it in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowKey(Box<str>);

impl FlowKey {
    /// Takes a name.
    pub fn new(key: impl Into<Box<str>>) -> Self {
        Self(key.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FlowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The opaque key in a transaction's own callback URL: 128 random bits. Whoever knows it can wake the flow, and nothing
/// else. Silent in `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackKey(Box<str>);

impl CallbackKey {
    /// Draws a key.
    ///
    /// # Errors
    ///
    /// Where the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(random_hex()?.into()))
    }

    /// Takes a key that came in a callback's URL.
    pub fn from_url(segment: &str) -> Self {
        Self(segment.into())
    }

    /// The callback URL that ends in the key, below this one; one on this machine is for a simulator.
    ///
    /// ```
    /// let key = jumio_flow::CallbackKey::from_url("5ecre7");
    /// assert_eq!(key.url_below("https://kyc.example.com/jumio")?.as_str(), "https://kyc.example.com/jumio/5ecre7");
    /// # Ok::<(), jumio_model::InvalidRequest>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where Jumio would not take the URL.
    pub fn url_below(&self, url: &str) -> Result<CallbackUrl, InvalidRequest> {
        let url = format!("{}/{}", url.trim_end_matches('/'), self.0);
        CallbackUrl::new(&url).or_else(|error| CallbackUrl::loopback(&url).map_err(|_| error))
    }

    /// The key, to stand in a URL.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackKey(…)")
    }
}

/// One running host. A new one for every process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner(Box<str>);

impl Owner {
    /// Draws a name.
    ///
    /// # Errors
    ///
    /// Where the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(random_hex()?.into()))
    }

    /// Takes a name that a store kept.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn random_hex() -> Result<String, getrandom::Error> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
