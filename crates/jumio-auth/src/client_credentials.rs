//! The OAuth2 client-credentials grant over any transport (protocol 2.1).

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use jumio_model::api::FetchToken;
use jumio_model::endpoint::{Access, Body, Role, Site};
use jumio_transport::{Client, HeldBack, Transport, TransportError};
use zeroize::Zeroizing;

use crate::store::{Shelf, TokenKey, TokenStore};
use crate::{AccessToken, AuthError, Credentials, InvalidCredentials, SecretSource, TokenSource};

/// Fetches a token for a client's id and secret. Fetches one every time it is asked: put it into [`Cached`](crate::Cached).
///
/// Id and secret are read anew for each fetch. Where the service refuses them they are read once more, and if they have
/// changed meanwhile, it is asked once more.
///
/// Give it a transport with a time limit ([`AttemptTimeout`](jumio_transport::AttemptTimeout)), since everybody who needs a
/// token waits for it.
#[derive(Clone)]
pub struct ClientCredentials {
    transport: Arc<dyn Transport>,
    site: Arc<Site>,
    secrets: Arc<dyn SecretSource>,
    shelf: Option<Arc<Shelf>>,
}

impl ClientCredentials {
    /// Asks the auth host of this site.
    pub fn new(transport: impl Transport + 'static, site: &Site, secrets: impl SecretSource + 'static) -> Self {
        Self { transport: Arc::new(transport), site: Arc::new(site.clone()), secrets: Arc::new(secrets), shelf: None }
    }

    /// Looks into this store first, and puts there what it fetches, so that several processes share a token. A store that
    /// fails costs a token call and nothing more.
    #[must_use]
    pub fn with_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.shelf = Some(Arc::new(Shelf::new(store)));
        self
    }

    async fn read(&self) -> Result<Credentials, AuthError> {
        self.secrets.read().await.map_err(AuthError::secrets)
    }

    async fn obtain(&self, credentials: &Credentials) -> Result<AccessToken, AuthError> {
        let Some(shelf) = &self.shelf else { return self.call(credentials).await };
        let key = TokenKey::new(self.site.base(Role::Auth).to_string(), credentials.client_id());
        shelf.get(&key, || self.call(credentials)).await
    }

    async fn call(&self, credentials: &Credentials) -> Result<AccessToken, AuthError> {
        let basic = Basic {
            inner: Arc::clone(&self.transport),
            site: Arc::clone(&self.site),
            credentials: credentials.clone(),
        };
        let reply = Client::new(Arc::clone(&self.site), basic).send(&FetchToken::new()).await?;
        // Without another copy of it, and wiped.
        let token = Zeroizing::new(String::from(reply.access_token));
        if reply.token_type.as_deref().is_some_and(|scheme| !scheme.eq_ignore_ascii_case("bearer")) {
            return Err(AuthError::InvalidToken);
        }
        AccessToken::new(&token, reply.expires_in)
    }
}

#[async_trait]
impl TokenSource for ClientCredentials {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        let credentials = self.read().await?;
        match self.obtain(&credentials).await {
            Err(error) if error.is_about_credentials() => {
                let again = self.read().await?;
                if again.is_same(&credentials) {
                    return Err(error);
                }
                tracing::debug!("id and secret were refused and have changed meanwhile; asking once more");
                self.obtain(&again).await
            }
            result => result,
        }
    }

    fn refused(&self, token: &AccessToken) {
        if let Some(shelf) = &self.shelf {
            shelf.refuse(token);
        }
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials").field("site", &self.site).finish_non_exhaustive()
    }
}

/// Adds id and secret to the one call that needs them.
struct Basic {
    inner: Arc<dyn Transport>,
    site: Arc<Site>,
    credentials: Credentials,
}

#[async_trait]
impl Transport for Basic {
    async fn send(&self, mut request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let meta = request.body().meta();
        if meta.is_some_and(|meta| meta.access == Access::ClientSecret) {
            let held_back =
                |error| TransportError::not_sent("id and secret may not go there", error).because(HeldBack::ForGood);
            self.site.permits(request.uri()).map_err(held_back)?;
            let header = self.credentials.basic().ok_or_else(|| {
                TransportError::not_sent("id and secret cannot stand in a header", InvalidCredentials::Secret)
            })?;
            request.headers_mut().insert(AUTHORIZATION, header);
        }
        self.inner.send(request).await
    }
}

#[cfg(test)]
mod tests;
