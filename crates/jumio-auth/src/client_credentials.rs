//! The OAuth2 client-credentials grant over any transport (protocol 2.1).

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use jumio_model::api::FetchToken;
use jumio_model::endpoint::{Access, Body, Meta, Site};
use jumio_transport::{Client, Transport, TransportError};

use crate::{AccessToken, AuthError, Credentials, InvalidCredentials, TokenSource};

/// Fetches a token for a client's id and secret. Fetches one every time it is asked: put it into [`Cached`](crate::Cached).
///
/// Give it a transport with a time limit ([`AttemptTimeout`](jumio_transport::AttemptTimeout)), since everybody who needs a
/// token waits for it.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    client: Client,
}

impl ClientCredentials {
    /// Asks the auth host of this site.
    pub fn new(transport: impl Transport + 'static, site: &Site, credentials: Credentials) -> Self {
        let site = Arc::new(site.clone());
        let basic = Basic { inner: transport, site: Arc::clone(&site), credentials };
        Self { client: Client::new(site, basic) }
    }
}

#[async_trait]
impl TokenSource for ClientCredentials {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        let reply = self.client.send(&FetchToken::new()).await?;
        AccessToken::new(&reply.access_token, reply.expires_in)
    }
}

/// Adds id and secret to the one call that needs them.
struct Basic<T> {
    inner: T,
    site: Arc<Site>,
    credentials: Credentials,
}

#[async_trait]
impl<T: Transport> Transport for Basic<T> {
    async fn send(&self, mut request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let meta = request.extensions().get::<Meta>();
        if meta.is_some_and(|meta| meta.access == Access::ClientSecret) {
            let held_back = |error| TransportError::not_sent("id and secret may not go there", error);
            self.site.permits(request.uri()).map_err(held_back)?;
            let header = self.credentials.basic().ok_or_else(|| {
                TransportError::not_sent("id and secret cannot stand in a header", InvalidCredentials::Secret)
            })?;
            request.headers_mut().insert(AUTHORIZATION, header);
        }
        self.inner.send(request).await
    }
}

impl<T> fmt::Debug for Basic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic(…)")
    }
}

#[cfg(test)]
mod tests;
