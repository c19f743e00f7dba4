//! The decorator that adds the access token, and the only place that does.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jumio_model::endpoint::{Access, Body, Meta, Site};
use jumio_transport::{Transport, TransportError};

use crate::{AccessToken, AuthError, TokenProvider};

/// Adds the access token to the requests whose [`Meta`] asks for it, and to no other.
///
/// The token goes only where the site permits it. A 401 proves that nothing happened: the provider is told, and the request
/// is sent once more if there is another token; a second 401 is the answer. Where no token can be had nothing is sent, and
/// the error's source is the [`AuthError`].
///
/// Order matters: the pace and the time of an attempt belong inside ([`AttemptTimeout`](jumio_transport::AttemptTimeout)),
/// repeating belongs outside.
pub struct Authorized<T> {
    inner: T,
    tokens: Arc<dyn TokenProvider>,
    site: Site,
}

impl<T> Authorized<T> {
    /// Adds this provider's token to the requests that go through this transport to this site.
    pub fn new(inner: T, tokens: impl TokenProvider + 'static, site: &Site) -> Self {
        Self { inner, tokens: Arc::new(tokens), site: site.clone() }
    }

    async fn token(&self) -> Result<AccessToken, TransportError> {
        match self.tokens.peek() {
            Some(token) => Ok(token),
            None => self.tokens.token().await.map_err(no_token),
        }
    }
}

fn no_token(error: AuthError) -> TransportError {
    TransportError::not_sent("there is no access token", error)
}

fn with_token(mut request: Request<Body>, token: &AccessToken) -> Request<Body> {
    request.headers_mut().insert(AUTHORIZATION, token.header());
    request
}

#[async_trait]
impl<T: Transport> Transport for Authorized<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let meta = request.extensions().get::<Meta>();
        if !meta.is_some_and(|meta| meta.access == Access::AccessToken) {
            return self.inner.send(request).await;
        }
        self.site
            .permits(request.uri())
            .map_err(|error| TransportError::not_sent("an access token may not go there", error))?;
        let token = self.token().await?;
        let response = self.inner.send(with_token(request.clone(), &token)).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.tokens.rejected(token.generation()).await;
        let other = self.token().await?;
        if other.generation() == token.generation() {
            return Ok(response);
        }
        tracing::debug!("the access token was refused; sending once more with a new one");
        self.inner.send(with_token(request, &other)).await
    }
}

impl<T: fmt::Debug> fmt::Debug for Authorized<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
