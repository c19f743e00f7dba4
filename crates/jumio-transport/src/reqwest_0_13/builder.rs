//! What may be set of the reqwest transport. Everything is passed by value: nothing is read from the environment.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;

use super::{ReqwestTransport, tls};
use crate::DEFAULT_REPLY_CEILING;

/// Sets up a [`ReqwestTransport`]: see [`ReqwestTransport::builder`].
#[must_use]
pub struct ReqwestBuilder {
    connect_timeout: Duration,
    proxy: Option<String>,
    roots: Vec<Vec<u8>>,
    client_certificate: Option<Vec<u8>>,
    provider: Option<Arc<CryptoProvider>>,
    reply_ceiling: u64,
}

impl Default for ReqwestBuilder {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            proxy: None,
            roots: Vec::new(),
            client_certificate: None,
            provider: None,
            reply_ceiling: DEFAULT_REPLY_CEILING,
        }
    }
}

impl ReqwestBuilder {
    /// How long to wait for a connection, name lookup and TLS handshake included: 3 s unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sends everything but calls to this machine through this proxy, such as `http://user:password@proxy.example.com:3128`.
    /// `https` calls go through a tunnel that the proxy cannot read.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts these root certificates too (PEM, one or more): for a proxy that inspects traffic, or a test server.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Shows this certificate to servers and gateways that ask for one: PEM with the certificate, those between it and its
    /// root, and the private key.
    pub fn client_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.client_certificate = Some(pem.into());
        self
    }

    /// Encrypts with this provider. Without it ring is taken where the feature `rustls-ring` is on, and else the one that
    /// the process has installed.
    pub fn crypto_provider(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Reads at most so many bytes of a reply, unless the call says otherwise: 1 MiB unless set.
    pub fn reply_ceiling(mut self, bytes: u64) -> Self {
        self.reply_ceiling = bytes;
        self
    }

    /// Sets it up. Connects to nothing.
    ///
    /// # Errors
    ///
    /// [`SetupError`] says which setting cannot be used.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(self.provider, &self.roots, self.client_certificate.as_deref())?)
            .connect_timeout(self.connect_timeout)
            // Below the 60 s to 75 s after which common servers close a connection that nobody uses.
            .pool_idle_timeout(Duration::from_secs(15))
            // So many calls at once find a connection: with fewer kept, the others make one each time (`bench transport`).
            .pool_max_idle_per_host(32)
            // A redirect would take the credential, or the body, to a host that nobody checked.
            .redirect(reqwest::redirect::Policy::none())
            // Repeating is the work of `Retry`, which knows what may be repeated. And kept for a repetition, every request would be
            // copied first.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            // Plain http is allowed on this machine because nothing leaves it: so it must not go through a proxy either.
            let here = reqwest::NoProxy::from_string("localhost, 127.0.0.0/8, ::1");
            let proxy = reqwest::Proxy::all(proxy).map_err(|_| SetupError::Proxy)?;
            client = client.proxy(proxy.no_proxy(here));
        }
        let client = client.build().map_err(|_| SetupError::Client)?;
        Ok(ReqwestTransport::from_client(client).sending_once().with_reply_ceiling(self.reply_ceiling))
    }
}

// A proxy's URL may hold a password.
impl fmt::Debug for ReqwestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy.is_some())
            .field("roots", &self.roots.len())
            .field("client_certificate", &self.client_certificate.is_some())
            .field("reply_ceiling", &self.reply_ceiling)
            .finish()
    }
}

/// A setting that cannot be used. Its value is not shown: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The proxy.
    Proxy,
    /// A root certificate.
    RootCertificate,
    /// The client's own certificate or its key.
    ClientCertificate,
    /// Nothing is there to encrypt with.
    CryptoProvider,
    /// The client itself.
    Client,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proxy => "the proxy is no URL such as http://proxy.example.com:3128",
            Self::RootCertificate => "a root certificate is no PEM text with a certificate that can be trusted",
            Self::ClientCertificate => "the client certificate is no PEM text with a certificate and its private key",
            Self::CryptoProvider => {
                "no crypto provider is there: switch on the feature `rustls-ring`, name one, or install one for the process"
            }
            Self::Client => "the HTTP client cannot be set up on this machine",
        })
    }
}

impl Error for SetupError {}
