//! The paved path: from an address and a client's secret to flows that run, over reqwest and rustls or a transport of the
//! caller's own.

use std::fmt;
use std::sync::Arc;

use jumio_auth::{Authorized, Cached, ClientCredentials, SecretSource, TokenProvider, TokenStore};
use jumio_model::endpoint::Site;
use jumio_transport::{AttemptTimeout, Client, Trace, Transport};
#[cfg(feature = "connect")]
use jumio_transport::{ReqwestTransport, SetupError};

use super::client_effects::ClientEffects;

/// The API clients of Jumio's portal as whom to call: one for everything, or one to start transactions and another to retrieve
/// and delete, since the portal gives permissions to each (protocol 2.1).
///
/// `Credentials` and any other [`SecretSource`] are one for everything. Id and secret are read anew for each token, so they
/// can be changed while flows run.
///
/// ```
/// use jumio_auth::{Credentials, MemoryTokenStore};
/// use jumio_flow::ApiClients;
///
/// let clients = ApiClients::new(Credentials::new("starts", "a secret".to_owned())?)
///     .retrieving_as(Credentials::new("retrieves", "another".to_owned())?)
///     .sharing_tokens(MemoryTokenStore::new());
/// # let _ = clients;
/// # Ok::<(), jumio_auth::InvalidCredentials>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct ApiClients {
    secrets: Arc<dyn SecretSource>,
    retrieval: Option<Arc<dyn SecretSource>>,
    store: Option<Arc<dyn TokenStore>>,
}

impl ApiClients {
    /// One client for everything.
    pub fn new(secrets: impl SecretSource + 'static) -> Self {
        Self { secrets: Arc::new(secrets), retrieval: None, store: None }
    }

    /// Takes this client for retrieving and deleting, and the other for starting transactions only.
    pub fn retrieving_as(mut self, secrets: impl SecretSource + 'static) -> Self {
        self.retrieval = Some(Arc::new(secrets));
        self
    }

    /// Looks for tokens in this store before fetching any, and puts there what was fetched: several processes share them.
    pub fn sharing_tokens(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    fn provider(
        &self,
        transport: &Arc<dyn Transport>,
        site: &Site,
        secrets: &Arc<dyn SecretSource>,
    ) -> Arc<dyn TokenProvider> {
        let mut source = ClientCredentials::new(Arc::clone(transport), site, Arc::clone(secrets));
        if let Some(store) = &self.store {
            source = source.with_store(Arc::clone(store));
        }
        Arc::new(Cached::new(source))
    }
}

impl<S: SecretSource + 'static> From<S> for ApiClients {
    fn from(secrets: S) -> Self {
        Self::new(secrets)
    }
}

impl fmt::Debug for ApiClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClients")
            .field("retrieval", &self.retrieval.is_some())
            .field("store", &self.store.is_some())
            .finish_non_exhaustive()
    }
}

/// A client whose calls carry the access token, and the providers of that token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Connection {
    /// The client. It neither retries nor paces, as flows need it.
    pub client: Client,
    /// The provider of its access token.
    pub tokens: Arc<dyn TokenProvider>,
    /// The provider for retrieving and deleting, where another client does that.
    pub retrieval_tokens: Option<Arc<dyn TokenProvider>>,
}

impl Connection {
    /// Connects over an HTTP stack of the caller's own.
    pub fn over(transport: impl Transport + 'static, site: Site, clients: impl Into<ApiClients>) -> Self {
        let clients = clients.into();
        let transport: Arc<dyn Transport> = Arc::new(AttemptTimeout::new(Trace::new(transport)));
        let tokens = clients.provider(&transport, &site, &clients.secrets);
        let retrieval_tokens = clients.retrieval.as_ref().map(|secrets| clients.provider(&transport, &site, secrets));
        let mut authorized = Authorized::new(transport, Arc::clone(&tokens), &site);
        if let Some(tokens) = &retrieval_tokens {
            authorized = authorized.with_retrieval_tokens(Arc::clone(tokens));
        }
        Self { client: Client::new(site, authorized), tokens, retrieval_tokens }
    }

    /// The effects with which [`Flows`](crate::Flows) acts.
    pub fn effects(&self) -> ClientEffects {
        let effects = ClientEffects::new(self.client.clone(), Arc::clone(&self.tokens));
        match &self.retrieval_tokens {
            Some(tokens) => effects.with_retrieval_tokens(Arc::clone(tokens)),
            None => effects,
        }
    }
}

/// Connects with the hardened defaults of [`ReqwestTransport`].
///
/// # Errors
///
/// [`ConnectError`] where TLS cannot be set up on this machine.
#[cfg(feature = "connect")]
pub fn connect(site: Site, clients: impl Into<ApiClients>) -> Result<Connection, ConnectError> {
    let transport = ReqwestTransport::new().map_err(ConnectError)?;
    Ok(Connection::over(transport, site, clients))
}

/// TLS cannot be set up on this machine.
#[cfg(feature = "connect")]
#[derive(Debug)]
pub struct ConnectError(SetupError);

#[cfg(feature = "connect")]
impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP stack cannot be set up")
    }
}

#[cfg(feature = "connect")]
impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
