//! The typed client: an endpoint in, its reply or a [`CallError`] out. It keeps no state and knows nothing of access tokens.

use std::fmt;
use std::sync::Arc;

use http::Request;
use jumio_model::endpoint::{Access, Body, Endpoint, RequestError, Site, bearer};
use tracing::Instrument as _;

use crate::{CallError, CallOptions, Transport};

/// Sends the calls of `jumio-model` through a [`Transport`].
///
/// Cheap to clone. Every call that carries a credential is checked against the site's hosts before anything else happens,
/// also where its URL came in an earlier reply. The transaction token of uploads and finalize is added here; the access
/// token by the decorator of `jumio-auth`.
#[derive(Clone)]
pub struct Client {
    site: Arc<Site>,
    transport: Arc<dyn Transport>,
}

impl Client {
    /// A client for this site over this transport.
    pub fn new(site: impl Into<Arc<Site>>, transport: impl Transport + 'static) -> Self {
        Self { site: site.into(), transport: Arc::new(transport) }
    }

    /// Where the calls go.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Sends a call once and reads its reply. Decorators of the transport may send it more often.
    ///
    /// # Errors
    ///
    /// [`CallError`]; ask it whether the call [may have been processed](CallError::may_have_been_processed).
    pub async fn send<E: Endpoint>(&self, endpoint: &E) -> Result<E::Reply, CallError> {
        self.send_with(endpoint, CallOptions::new()).await
    }

    /// [`send`](Self::send) with options for this call.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_with<E: Endpoint>(&self, endpoint: &E, options: CallOptions) -> Result<E::Reply, CallError> {
        // The name alone: path, query and body may name a person.
        let span = tracing::info_span!("jumio.call", endpoint = E::NAME);
        async {
            let mut request = self.request(endpoint)?;
            options.put_into(request.extensions_mut());
            let uri = request.uri().clone();
            let response = self.transport.send(request).await.map_err(|error| error.at(&uri))?;
            Ok(endpoint.read(response)?)
        }
        .instrument(span)
        .await
    }

    fn request<E: Endpoint>(&self, endpoint: &E) -> Result<Request<Body>, CallError> {
        let mut request = endpoint.to_http(&self.site)?;
        if E::ACCESS != Access::None {
            self.site.permits(request.uri())?;
        }
        if let (Access::TransactionToken, Some(token)) = (E::ACCESS, endpoint.transaction_token()) {
            let (name, value) = bearer(token.expose()).map_err(RequestError::Invalid)?;
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.site).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
