//! What came to the door: a body, and what is known of where it came from. No framework's types.

use std::fmt;
use std::net::IpAddr;

use http::HeaderMap;

/// One POST that somebody made to the callback URL.
///
/// ```
/// use jumio_callback::Knock;
///
/// let headers = http::HeaderMap::new();
/// let knock = Knock::new(b"{}").with_key(Some("5ecre7")).from_peer("34.253.41.236".parse()?).with_headers(&headers);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Knock<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) key: Option<&'a str>,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) headers: Option<&'a HeaderMap>,
}

impl<'a> Knock<'a> {
    /// A body without a key, from nobody knows where.
    pub fn new(body: &'a [u8]) -> Self {
        Self { body, key: None, peer: None, headers: None }
    }

    /// The last segment of the URL's path, as it stood there; `None` where the portal's URL without a key was called.
    #[must_use]
    pub fn with_key(mut self, key: Option<&'a str>) -> Self {
        self.key = key;
        self
    }

    /// The address at the other end of the connection: Jumio's, or that of the nearest proxy.
    #[must_use]
    pub fn from_peer(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// The request's headers: `X-Forwarded-For` is read where the receiver was told of proxies, and nothing else ever is.
    #[must_use]
    pub fn with_headers(mut self, headers: &'a HeaderMap) -> Self {
        self.headers = Some(headers);
        self
    }
}

/// Shows neither the key nor what the body says.
impl fmt::Debug for Knock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knock")
            .field("key", &self.key.map(|_| "…"))
            .field("peer", &self.peer)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
