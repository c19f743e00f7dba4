//! The decorator that adds the access token, and the only place that does.

mod again;
mod sent;

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jumio_model::endpoint::{Access, Body, Role, Site};
use jumio_transport::{CallDeadline, HeldBack, Sendings, Transport, TransportError};

use self::again::Again;
use self::sent::Sent;
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

type Sending<'this> = Pin<Box<dyn Future<Output = Answer> + Send + 'this>>;
type Answer = Result<Response<Bytes>, TransportError>;

impl<T: Transport> Authorized<T> {
    /// The usual call, whose token is at hand. What can be done before the future is made is, so that it holds little.
    fn with_token<'this>(
        &'this self,
        mut request: Request<Body>,
        tokens: &'this dyn TokenProvider,
        first: AccessToken,
    ) -> Sending<'this> {
        let again = Again::of(&request);
        let sent = Sent::of(&first);
        request.headers_mut().insert(AUTHORIZATION, first.into_header());
        let sending = self.inner.send(request);
        Box::pin(async move {
            match sending.await {
                Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                    Box::pin(self.once_more(tokens, sent, again, response)).await
                }
                answer => answer,
            }
        })
    }

    async fn after_waiting(&self, request: Request<Body>, tokens: &dyn TokenProvider) -> Answer {
        let first = token(tokens, CallDeadline::of(request.extensions())).await?;
        self.with_token(request, tokens, first).await
    }

    /// What follows a 401: it proves that nothing happened, and another token may do.
    async fn once_more(
        &self,
        tokens: &dyn TokenProvider,
        sent: Sent,
        again: Again,
        refusal: Response<Bytes>,
    ) -> Answer {
        tokens.rejected(sent.generation()).await;
        // A URL that was read again is looked at again.
        let permitted = again.into_request().filter(|request| self.site.permits(request.uri()).is_ok());
        let Some(mut request) = permitted else { return Ok(refusal) };
        let other = token(tokens, CallDeadline::of(request.extensions())).await;
        let mut sendings = Sendings::before(&request);
        if other.as_ref().is_ok_and(|other| !sent.differs_from(other)) {
            return Ok(refusal);
        }
        // What is inside may have sent more than once, and left a doubt that another answer must not wipe out.
        sendings.add(&Ok(refusal), false);
        let other = match other {
            Ok(other) => other,
            Err(error) => return sendings.answer(Err(error)),
        };
        tracing::debug!("the access token was refused; sending once more with a new one");
        sendings.number(&mut request);
        request.headers_mut().insert(AUTHORIZATION, other.header());
        sendings.answer(self.inner.send(request).await)
    }
}

// Written out: async-trait would keep room for the request beside everything that is made of it.
impl<T: Transport> Transport for Authorized<T> {
    fn send<'this, 'future>(
        &'this self,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + 'future>>
    where
        'this: 'future,
        Self: 'future,
    {
        let meta = request.body().meta().filter(|meta| meta.access == Access::AccessToken);
        let Some(tokens) = meta.map(|meta| self.provider(meta.role)) else { return self.inner.send(request) };
        if let Err(error) = self.site.permits(request.uri()) {
            let error = TransportError::not_sent("an access token may not go there", error);
            return Box::pin(ready(Err(error.because(HeldBack::ForGood))));
        }
        match tokens.peek() {
            Some(token) => self.with_token(request, tokens, token),
            None => Box::pin(self.after_waiting(request, tokens)),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Authorized<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorized").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
