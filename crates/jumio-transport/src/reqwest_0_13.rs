//! The transport over reqwest 0.13. Named by the major version: another major will be another feature beside this one.

mod builder;
mod failure;
mod places;
mod tls;

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _, lazy};
use http::{Extensions, Request, Response};
use jumio_model::endpoint::Body;
use tokio::runtime::Handle;

use crate::reply::Pieces;
use crate::send_body::{UNWATCHED, first_byte};
use crate::{DEFAULT_REPLY_CEILING, MinimumSpeed, Progress, ReplyReader, SendBody, Transport, TransportError};

pub use self::builder::{ReqwestBuilder, SetupError};
use self::places::Places;

/// Sends requests with [`reqwest`].
///
/// [`new`](Self::new) has hardened defaults: TLS 1.2 and 1.3 by rustls with ring (feature `rustls-ring`; without it the
/// provider is yours to [name](ReqwestBuilder::crypto_provider)), the Mozilla root certificates as compiled
/// in, HTTP/2 where the server speaks it, 3 s to connect, at most 32 idle connections per host kept for at most 15 s, no
/// redirect followed, no body unpacked, no proxy and no setting from the environment, replies of at most 1 MiB, no body that
/// moves by less than 1 kB a second over 20 s.
/// [`builder`](Self::builder) changes what may be changed.
///
/// It has no time limit for a whole request: wrap it in [`AttemptTimeout`](crate::AttemptTimeout). Only silence is bounded: 60 s after
/// an upload has gone out or a download was asked for.
///
/// ```
/// # #[cfg(feature = "rustls-ring")] {
/// use std::time::Duration;
/// use jumio_transport::{AttemptTimeout, ReqwestTransport};
///
/// let transport = AttemptTimeout::new(ReqwestTransport::new()?);
/// let behind_a_proxy = ReqwestTransport::builder()
///     .proxy("http://proxy.example.com:3128")
///     .connect_timeout(Duration::from_secs(5))
///     .build()?;
/// # let _ = (transport, behind_a_proxy);
/// # }
/// # Ok::<(), jumio_transport::SetupError>(())
/// ```
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    sends_once: bool,
    reply_ceiling: u64,
    minimum_speed: MinimumSpeed,
    places: Arc<Places>,
}

impl ReqwestTransport {
    /// The hardened defaults.
    ///
    /// # Errors
    ///
    /// [`SetupError`] where the machine cannot set up a client.
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// The hardened defaults, to be changed.
    pub fn builder() -> ReqwestBuilder {
        ReqwestBuilder::default()
    }

    /// Your own client. Its proxies and unpacking are yours to answer for.
    ///
    /// It must follow no redirect, since request and credential would go along. An answer from another URL than the request's is
    /// an error ([`Redirected`](crate::TransportErrorKind::Redirected)), and every failure counts as "may have been processed":
    /// after a redirect or a repetition inside of the client a refused connection proves nothing. So a call that must not happen
    /// twice is never sent again, until you say that the client [sends once](Self::sending_once).
    pub fn from_client(client: reqwest::Client) -> Self {
        let (reply_ceiling, minimum_speed) = (DEFAULT_REPLY_CEILING, MinimumSpeed::default());
        Self { client, sends_once: false, reply_ceiling, minimum_speed, places: Arc::default() }
    }

    /// Says of your [own client](Self::from_client) that it was built with `redirect(Policy::none())` and
    /// `retry(reqwest::retry::never())`, so that a connection that could not be made proves that nothing was processed.
    #[must_use]
    pub fn sending_once(mut self) -> Self {
        self.sends_once = true;
        self
    }

    /// Reads at most so many bytes of a reply, unless the call says otherwise.
    #[must_use]
    pub fn with_reply_ceiling(mut self, bytes: u64) -> Self {
        self.reply_ceiling = bytes;
        self
    }

    /// Gives up a body that comes or goes more slowly than this: 1 kB a second, over 20 s, unless set.
    #[must_use]
    pub fn with_minimum_speed(mut self, speed: MinimumSpeed) -> Self {
        self.minimum_speed = speed;
        self
    }

    /// Files, large bodies, and bodies that somebody watches. In a box of its own, so that all other calls are smaller.
    async fn stream(
        &self,
        mut request: reqwest::Request,
        body: Body,
        progress: Option<Progress>,
    ) -> Result<reqwest::Response, TransportError> {
        let mut body = SendBody::open(body).await.map_err(|error| TransportError::body(error).unprocessed())?;
        if let Some(progress) = progress {
            body = body.with_progress(progress);
        }
        let watch = body.watched(self.minimum_speed);
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        let sent = watch.wait(self.client.execute(request)).await?;
        sent.map_err(|error| watch.body_failure().unwrap_or_else(|| failure::sending(error, self.sends_once)))
    }

    /// Hands the request over to reqwest. What is not the small body of a usual call waits in a box of its own, so that all other
    /// calls are smaller.
    fn exchange(
        &self,
        mut request: reqwest::Request,
        body: Streamed,
        is_download: bool,
    ) -> Exchange<'_, impl Future<Output = Result<reqwest::Response, reqwest::Error>> + Send + use<>> {
        match body {
            Streamed::No(bytes) => {
                *request.body_mut() = (!bytes.is_empty()).then(|| bytes.into());
                let sending = self.client.execute(request);
                if !is_download {
                    return Exchange::Usual(sending);
                }
                let sends_once = self.sends_once;
                Exchange::Other(Box::pin(async move {
                    first_byte(sending).await?.map_err(|error| failure::sending(error, sends_once))
                }))
            }
            Streamed::Yes(body, progress) => Exchange::Other(Box::pin(self.stream(request, body, progress))),
        }
    }

    /// The whole call. Everything that can be done before the future is made is, so that it holds little.
    fn begin(&self, request: Request<Body>) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        let authority = request.uri().authority().cloned();
        let reader = ReplyReader::of(&request).with_ceiling(self.reply_ceiling).with_minimum_speed(self.minimum_speed);
        let (head, body) = request.into_parts();
        // Of a client of the caller's own; ours follows no redirect.
        let mut asked = None;
        let sending = match self.places.url(&head.uri) {
            Ok(url) => {
                asked = (!self.sends_once).then(|| Box::new(url.clone()));
                let body = Streamed::of(body, &head.extensions);
                let mut request = reqwest::Request::new(head.method, url);
                *request.version_mut() = head.version;
                *request.headers_mut() = head.headers;
                self.exchange(request, body, reader.is_download())
            }
            Err(error) => Exchange::Other(Box::pin(ready(Err(error)))),
        };
        let sends_once = self.sends_once;
        async move {
            let sent = match sending {
                Exchange::Usual(sending) => sending.await.map_err(|error| failure::sending(error, sends_once)),
                Exchange::Other(sending) => sending.await,
            };
            let result = match sent {
                Ok(response) if asked.is_some_and(|asked| *asked != *response.url()) => {
                    Err(TransportError::redirected())
                }
                Ok(response) if reader.is_download() => {
                    Box::pin(reader.read(Response::<reqwest::Body>::from(response))).await
                }
                Ok(mut response) => {
                    let body = reader.read_pieces(response.status(), &mut response).await;
                    body.map(|body| whole(response, body))
                }
                Err(error) => Err(error),
            };
            result.map_err(|error| error.at_host(authority.as_ref()))
        }
    }
}

type Sent = Result<reqwest::Response, TransportError>;

/// A request on its way.
enum Exchange<'a, F> {
    Usual(F),
    Other(BoxFuture<'a, Sent>),
}

/// reqwest makes its responses into usual ones as well, and puts three layers around the body for it.
impl Pieces for reqwest::Response {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.chunk().await.map_err(TransportError::interrupted)
    }

    fn more(&self) -> u64 {
        self.content_length().unwrap_or_default()
    }
}

fn whole(mut response: reqwest::Response, body: Bytes) -> Response<Bytes> {
    let mut whole = Response::new(body);
    *whole.status_mut() = response.status();
    *whole.version_mut() = response.version();
    *whole.headers_mut() = std::mem::take(response.headers_mut());
    *whole.extensions_mut() = std::mem::take(response.extensions_mut());
    whole
}

/// Whether a body has to be streamed.
enum Streamed {
    /// It is small, in memory, and nobody wants to see it go: all calls but uploads.
    No(Bytes),
    Yes(Body, Option<Progress>),
}

impl Streamed {
    fn of(body: Body, extensions: &Extensions) -> Self {
        let progress = extensions.get::<Progress>().cloned();
        if progress.is_some() || body.content_length() > UNWATCHED {
            return Self::Yes(body, progress);
        }
        match body.try_into_bytes() {
            Ok(bytes) => Self::No(bytes),
            Err(files) => Self::Yes(files, None),
        }
    }
}

// Written out: async-trait would keep room for the request beside everything that is made of it, and four fifths of what a call
// writes to memory would be that.
impl Transport for ReqwestTransport {
    fn send<'this, 'future>(
        &'this self,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'future>>
    where
        'this: 'future,
        Self: 'future,
    {
        match Handle::try_current() {
            Ok(_) => Box::pin(self.begin(request)),
            // A client of the caller's own may have time limits, and reqwest sets its clocks as soon as it is handed a request.
            Err(_) => Box::pin(lazy(move |_| self.begin(request)).flatten()),
        }
    }
}

impl From<reqwest::Client> for ReqwestTransport {
    fn from(client: reqwest::Client) -> Self {
        Self::from_client(client)
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").field("reply_ceiling", &self.reply_ceiling).finish_non_exhaustive()
    }
}
