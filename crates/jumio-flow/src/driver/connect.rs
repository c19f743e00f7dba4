//! The paved path: from an address and a client's secret to flows that run, over reqwest and rustls.

use std::fmt;
use std::sync::Arc;

use jumio_auth::{Authorized, Cached, ClientCredentials, Credentials, TokenProvider};
use jumio_model::endpoint::Site;
use jumio_transport::{AttemptTimeout, Client, ReqwestTransport, SetupError, Transport};

use super::client_effects::ClientEffects;

/// A client whose calls carry the access token, and the provider of that token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Connection {
    /// The client. It neither retries nor paces, as flows need it.
    pub client: Client,
    /// The provider of its access token.
    pub tokens: Arc<dyn TokenProvider>,
}

impl Connection {
    /// Connects over an HTTP stack of the caller's own.
    pub fn over(transport: impl Transport + 'static, site: Site, credentials: Credentials) -> Self {
        let transport: Arc<dyn Transport> = Arc::new(AttemptTimeout::new(transport));
        let source = ClientCredentials::new(Arc::clone(&transport), &site, credentials);
        let tokens: Arc<dyn TokenProvider> = Arc::new(Cached::new(source));
        let authorized = Authorized::new(transport, Arc::clone(&tokens), &site);
        Self { client: Client::new(site, authorized), tokens }
    }

    /// The effects with which [`Flows`](crate::Flows) acts.
    pub fn effects(&self) -> ClientEffects {
        ClientEffects::new(self.client.clone(), Arc::clone(&self.tokens))
    }
}

/// Connects with the hardened defaults of [`ReqwestTransport`].
///
/// # Errors
///
/// [`ConnectError`] where TLS cannot be set up on this machine.
pub fn connect(site: Site, credentials: Credentials) -> Result<Connection, ConnectError> {
    let transport = ReqwestTransport::new().map_err(ConnectError)?;
    Ok(Connection::over(transport, site, credentials))
}

/// TLS cannot be set up on this machine.
#[derive(Debug)]
pub struct ConnectError(SetupError);

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP stack cannot be set up")
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
