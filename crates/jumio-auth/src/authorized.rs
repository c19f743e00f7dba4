//! The decorator that adds the access token, and the only place that does.

mod again;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jumio_model::endpoint::{Access, Body, Role, Site};
use jumio_transport::{CallDeadline, HeldBack, Transport, TransportError};

use self::again::Again;
use crate::{AccessToken, AuthError, TokenProvider};

/// Adds the access token to the requests whose [`Meta`](jumio_model::endpoint::Meta) asks for it, and to no other.
///
/// The token goes only where the site permits it. A 401 proves that nothing happened: the provider is told, and the request
/// is sent once more if there is another token; a second 401 is the answer. Where no token can be had nothing is sent, and
/// the error's source is the [`AuthError`]. A wait for a token ends with the call's [`CallDeadline`], unsent.
///
/// Order matters: the pace and the time of an attempt belong inside ([`AttemptTimeout`](jumio_transport::AttemptTimeout)),
/// repeating belongs outside.
pub struct Authorized<T> {
    inner: T,
    tokens: Arc<dyn TokenProvider>,
    retrieval: Option<Arc<dyn TokenProvider>>,
    site: Site,
}

impl<T> Authorized<T> {
    /// Adds this provider's token to the requests that go through this transport to this site.
    pub fn new(inner: T, tokens: impl TokenProvider + 'static, site: &Site) -> Self {
        Self { inner, tokens: Arc::new(tokens), retrieval: None, site: site.clone() }
    }

    /// Takes this provider's tokens for retrieving and deleting, and the other's for starting transactions only: in Jumio's
    /// portal each client has permissions of its own (protocol 2.1).
    #[must_use]
    pub fn with_retrieval_tokens(mut self, tokens: impl TokenProvider + 'static) -> Self {
        self.retrieval = Some(Arc::new(tokens));
        self
    }

    fn provider(&self, role: Role) -> &dyn TokenProvider {
        match &self.retrieval {
            Some(tokens) if role == Role::Retrieval => &**tokens,
            _ => &*self.tokens,
        }
    }
}

async fn token(tokens: &dyn TokenProvider, deadline: Option<CallDeadline>) -> Result<AccessToken, TransportError> {
    if let Some(token) = tokens.peek() {
        return Ok(token);
    }
    let token = match deadline {
        // Others may wait for the same fetch: it goes on without this call.
        Some(deadline) => deadline.bound(tokens.token()).await.unwrap_or(Err(AuthError::TooLate)),
        None => tokens.token().await,
    };
    token.map_err(no_token)
}

fn no_token(error: AuthError) -> TransportError {
    let why = error.held_back();
    TransportError::not_sent("there is no access token", error).because(why)
}

#[async_trait]
impl<T: Transport> Transport for Authorized<T> {
    async fn send(&self, mut request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let meta = request.body().meta().filter(|meta| meta.access == Access::AccessToken);
        let Some(tokens) = meta.map(|meta| self.provider(meta.role)) else {
            return self.inner.send(request).await;
        };
        self.site.permits(request.uri()).map_err(|error| {
            TransportError::not_sent("an access token may not go there", error).because(HeldBack::ForGood)
        })?;
        let deadline = CallDeadline::of(request.extensions());
        let first = token(tokens, deadline).await?;
        let again = Again::of(&request);
        request.headers_mut().insert(AUTHORIZATION, first.header());
        let response = self.inner.send(request).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        tokens.rejected(first.generation()).await;
        let other = token(tokens, deadline).await?;
        // By its text: a provider of one's own may not number its tokens.
        if other.expose() == first.expose() {
            return Ok(response);
        }
        tracing::debug!("the access token was refused; sending once more with a new one");
        let mut request = again.into_request();
        request.headers_mut().insert(AUTHORIZATION, other.header());
        self.inner.send(request).await
    }
}

impl<T: fmt::Debug> fmt::Debug for Authorized<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
