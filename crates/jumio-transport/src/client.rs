//! The typed client: an endpoint in, its reply or a [`CallError`] out. It keeps no state and knows nothing of access tokens.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::ReportLink;
use jumio_model::endpoint::{Access, Body, Endpoint, RequestError, Site, bearer};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::download::{FetchReport, Sink};
use crate::{CallError, CallOptions, DEFAULT_DOWNLOAD_CEILING, Downloaded, ForeignReply, Transport, TransportError};

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
    pub fn send<'this, E: Endpoint>(
        &'this self,
        endpoint: &'this E,
    ) -> impl Future<Output = Result<E::Reply, CallError>> + use<'this, E> {
        self.send_with(endpoint, CallOptions::new())
    }

    /// [`send`](Self::send) with options for this call.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_with<E: Endpoint>(&self, endpoint: &E, options: CallOptions) -> Result<E::Reply, CallError> {
        let span = call_span(E::NAME);
        let result = match self.sent(endpoint, options, &span).await {
            Ok(response) => self.read(endpoint, response),
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            error.record(&span);
        }
        result
    }

    /// Gets a part's bytes into a file, in constant memory. The file is there under its name only once it is whole; what was
    /// there before is replaced then.
    ///
    /// # Errors
    ///
    /// [`CallError`]; a reply that breaks off or is larger than [`DEFAULT_DOWNLOAD_CEILING`] is one, and leaves no file.
    pub async fn download<E: Endpoint<Reply = Bytes>>(
        &self,
        endpoint: &E,
        destination: impl AsRef<Path> + Send,
    ) -> Result<Downloaded, CallError> {
        self.download_with(endpoint, destination, CallOptions::new()).await
    }

    /// [`download`](Self::download) with options for this call: the ceiling, and someone to tell how many bytes have come.
    ///
    /// # Errors
    ///
    /// As [`download`](Self::download).
    pub async fn download_with<E: Endpoint<Reply = Bytes>>(
        &self,
        endpoint: &E,
        destination: impl AsRef<Path> + Send,
        options: CallOptions,
    ) -> Result<Downloaded, CallError> {
        let span = call_span(E::NAME);
        self.fetch(endpoint, destination.as_ref(), options, &span).await.inspect_err(|error| error.record(&span))
    }

    /// Gets the report at the link that [`GetReport`](jumio_model::api::GetReport) gave into a file, as
    /// [`download`](Self::download) does. The link is the credential: no other goes along.
    ///
    /// # Errors
    ///
    /// As [`download`](Self::download); [`CallError::NotAllowed`] for a link that is not encrypted.
    pub async fn download_report(
        &self,
        link: &ReportLink,
        destination: impl AsRef<Path> + Send,
    ) -> Result<Downloaded, CallError> {
        self.download_with(&FetchReport(link), destination, CallOptions::new()).await
    }

    async fn fetch<E: Endpoint<Reply = Bytes>>(
        &self,
        endpoint: &E,
        destination: &Path,
        mut options: CallOptions,
        span: &Span,
    ) -> Result<Downloaded, CallError> {
        let mut request = endpoint.to_http(&self.site)?;
        self.permit(endpoint, &mut request)?;
        let uri = request.uri().clone();
        let ceiling = options.take_reply_ceiling().unwrap_or(DEFAULT_DOWNLOAD_CEILING);
        let sink = Sink::create(destination, ceiling, options.take_progress())
            .await
            .map_err(|error| error.unprocessed().at(&uri))?;
        options.put_into(request.extensions_mut());
        request.extensions_mut().insert(sink.clone());
        let response = self.answer(endpoint, self.transport.send(request), span).await?;
        if !response.status().is_success() {
            endpoint.read(response)?;
            return Err(CallError::Transport(TransportError::other("a refusal that is none").at(&uri)));
        }
        Ok(sink.finish(response).await.map_err(|error| error.at(&uri))?)
    }

    async fn sent<E: Endpoint>(
        &self,
        endpoint: &E,
        options: CallOptions,
        span: &Span,
    ) -> Result<Response<Bytes>, CallError> {
        let mut request = endpoint.to_http(&self.site)?;
        self.permit(endpoint, &mut request)?;
        options.put_into(request.extensions_mut());
        Ok(self.answer(endpoint, self.transport.send(request), span).await?)
    }

    fn read<E: Endpoint>(&self, endpoint: &E, response: Response<Bytes>) -> Result<E::Reply, CallError> {
        match endpoint.read_ref(&response) {
            Ok(reply) => match endpoint.check_links(&self.site, &reply) {
                Ok(()) => Ok(reply),
                Err(link) => Err(CallError::ForeignLink(Box::new(ForeignReply::new(E::NAME, response, link)))),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// What comes of a sending. The span is entered for the transport's sake alone: what else the call does says nothing, and moves
    /// large replies.
    async fn answer(
        &self,
        endpoint: &impl Endpoint,
        sending: Sending<'_>,
        span: &Span,
    ) -> Result<Response<Bytes>, TransportError> {
        // Where nobody listens there is no span, and nothing to enter at every step.
        let sending = if span.is_none() { sending } else { Box::pin(sending.instrument(span.clone())) };
        // Most transports say themselves where they called; so the URL is not kept for it, but made again.
        sending.await.map_err(|error| match endpoint.to_http(&self.site) {
            Ok(request) => error.at(request.uri()),
            Err(_) => error,
        })
    }

    /// Checks where a request goes, and adds the transaction token to one that carries it.
    fn permit<E: Endpoint>(&self, endpoint: &E, request: &mut Request<Body>) -> Result<(), CallError> {
        self.site.permits_for(E::ACCESS, request.uri())?;
        if let (Access::TransactionToken, Some(token)) = (E::ACCESS, endpoint.transaction_token()) {
            let (name, value) = bearer(token.expose()).map_err(RequestError::Invalid)?;
            request.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

/// A request on its way.
type Sending<'this> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'this>>;

/// The span of a call: its name alone, since path, query and body may name a person.
fn call_span(endpoint: &'static str) -> Span {
    tracing::info_span!("jumio.call", endpoint, http.response.status_code = Empty, "error.type" = Empty)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.site).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
