//! Why no whole response came, and whether the request may have been processed all the same.

mod held_back;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Authority;

use crate::BodyError;

pub use self::held_back::HeldBack;

/// No whole response came.
///
/// The one question that matters next is [`may_have_been_processed`](Self::may_have_been_processed): only where it says no
/// may a call be sent again that must not happen twice.
///
/// The text is one line, names the host where it is known, and never path or query of the URL.
#[derive(Clone)]
pub struct TransportError {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: TransportErrorKind,
    may_have_been_processed: bool,
    after_doubt: bool,
    attempt: u32,
    held_back: HeldBack,
    host: Option<String>,
    detail: Option<Cow<'static, str>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: refused, unreachable, or the proxy would not.
    Connect,
    /// The host's name cannot be resolved.
    Dns,
    /// No trusted TLS connection.
    Tls,
    /// It took too long.
    Timeout,
    /// The connection broke before the response was complete.
    Interrupted,
    /// The request's own body cannot be read: a file that is missing, unreadable or changing.
    Body,
    /// The response is larger than its ceiling.
    TooLarge,
    /// The HTTP stack followed a redirect, which no call with a credential may take.
    Redirected,
    /// The request was held back, for example because no access token could be had.
    NotSent,
    /// The response cannot be written to where it was to go.
    Destination,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    /// The kind in snake case, for spans and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Body => "body",
            Self::TooLarge => "too_large",
            Self::Redirected => "redirected",
            Self::NotSent => "not_sent",
            Self::Destination => "destination",
            Self::Other => "other",
        }
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

impl TransportError {
    fn new(kind: TransportErrorKind, may_have_been_processed: bool, source: Option<BoxError>) -> Self {
        let source = source.map(Arc::from);
        let inner = Inner {
            kind,
            may_have_been_processed,
            after_doubt: false,
            attempt: 1,
            held_back: HeldBack::ForNow,
            host: None,
            detail: None,
            source,
        };
        Self { inner: Box::new(inner) }
    }

    fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.inner.detail = Some(detail.into());
        self
    }

    /// No connection could be made; nothing was sent.
    pub fn connect(source: impl Into<BoxError>) -> Self {
        let source = source.into();
        let reason = causes(&*source).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        let error = Self::new(TransportErrorKind::Connect, false, Some(source));
        match reason {
            Some(kind) if kind != io::ErrorKind::Other => error.with_detail(kind.to_string()),
            _ => error,
        }
    }

    /// No connection could be made, for this reason; nothing was sent.
    #[cfg(feature = "reqwest-0-13")]
    pub(crate) fn connect_for(reason: &'static str, source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Connect, false, Some(source.into())).with_detail(reason)
    }

    /// The host's name could not be resolved; nothing was sent.
    pub fn dns(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Dns, false, Some(source.into()))
    }

    /// The TLS handshake failed; nothing was sent.
    pub fn tls(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Tls, false, Some(source.into()))
    }

    /// No connection within this time; nothing was sent.
    pub fn connect_timeout(after: Option<Duration>) -> Self {
        let error = Self::new(TransportErrorKind::Timeout, false, None);
        after.map_or(error.clone(), |after| error.with_detail(format!("after {after:?}")))
    }

    /// No whole response within this time, or within an unknown one. The request may have been processed.
    pub fn timeout(after: Option<Duration>) -> Self {
        let error = Self::new(TransportErrorKind::Timeout, true, None);
        after.map_or(error.clone(), |after| error.with_detail(format!("after {after:?}")))
    }

    /// The connection broke while the request was sent or the response was read. It may have been processed.
    pub fn interrupted(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Interrupted, true, Some(source.into()))
    }

    /// The request's body could not be read. Add [`unprocessed`](Self::unprocessed) where that was before the first byte
    /// was sent.
    pub fn body(error: BodyError) -> Self {
        Self::new(TransportErrorKind::Body, true, Some(Box::new(error)))
    }

    /// The response has more than so many bytes. The request was processed.
    pub fn too_large(ceiling: u64) -> Self {
        Self::new(TransportErrorKind::TooLarge, true, None).with_detail(format!("{ceiling} bytes"))
    }

    /// The HTTP stack followed a redirect. Request and credential went where nobody checked.
    pub fn redirected() -> Self {
        Self::new(TransportErrorKind::Redirected, true, None)
    }

    /// The request was held back: `what` is missing. Nothing was sent. Where that does not pass by itself, add
    /// [`because`](Self::because).
    pub fn not_sent(what: &'static str, source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::NotSent, false, Some(source.into())).with_detail(what)
    }

    /// Less than so many bytes a second came or went for so long. The request may have been processed.
    pub fn stalled(after: Duration, bytes_per_second: u64) -> Self {
        Self::new(TransportErrorKind::Timeout, true, None)
            .with_detail(format!("after {after:?} with less than {bytes_per_second} bytes a second"))
    }

    /// The response came and cannot be written to its file.
    pub fn destination(error: io::Error) -> Self {
        let kind = error.kind();
        Self::new(TransportErrorKind::Destination, true, Some(Box::new(error))).with_detail(kind.to_string())
    }

    /// Anything else. The request may have been processed.
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Other, true, Some(source.into()))
    }

    /// Marks that the request provably had no effect, for transports that know: nothing of it was sent, or the response's
    /// status says so.
    #[must_use]
    pub fn unprocessed(mut self) -> Self {
        self.inner.may_have_been_processed = false;
        self
    }

    /// Says of a request that was [held back](Self::not_sent) what to make of it.
    #[must_use]
    pub fn because(mut self, why: HeldBack) -> Self {
        self.inner.held_back = why;
        self
    }

    /// Marks that an earlier attempt at the same call may have been processed, for decorators that send more than once: then
    /// this failure, whatever it proves of the last attempt, proves nothing of the call.
    #[must_use]
    pub fn after_doubt(mut self) -> Self {
        self.inner.after_doubt = true;
        self
    }

    pub(crate) fn is_after_doubt(&self) -> bool {
        self.inner.after_doubt
    }

    /// Notes which attempt at the call it was that failed.
    pub(crate) fn with_attempt(mut self, attempt: u32) -> Self {
        self.inner.attempt = attempt;
        self
    }

    pub(crate) fn attempt(&self) -> u32 {
        self.inner.attempt
    }

    /// Marks that the request may have been processed, where this failure alone would prove the contrary.
    #[cfg(feature = "reqwest-0-13")]
    pub(crate) fn in_doubt(mut self) -> Self {
        self.inner.may_have_been_processed = true;
        self
    }

    /// Notes host and port of the URL, unless they are known already. Nothing else of the URL is kept.
    #[must_use]
    pub fn at(self, uri: &Uri) -> Self {
        self.at_host(uri.authority())
    }

    pub(crate) fn at_host(mut self, authority: Option<&Authority>) -> Self {
        if let (None, Some(authority)) = (&self.inner.host, authority) {
            let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
            self.inner.host = Some(format!("{}{port}", authority.host()));
        }
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.inner.kind
    }

    /// Whether the request may have been processed, in this attempt or an earlier one. `false` only where it provably was not.
    pub fn may_have_been_processed(&self) -> bool {
        self.inner.may_have_been_processed || self.inner.after_doubt
    }

    /// Whether time ran out, also that of what the request needed before it could be sent.
    pub fn is_timeout(&self) -> bool {
        self.inner.kind == TransportErrorKind::Timeout || self.held_back() == Some(HeldBack::TimeRanOut)
    }

    /// What to make of a request that was held back; `None` for all other failures.
    pub fn held_back(&self) -> Option<HeldBack> {
        (self.inner.kind == TransportErrorKind::NotSent).then_some(self.inner.held_back)
    }

    /// Host and port that were called, where they are known.
    pub fn host(&self) -> Option<&str> {
        self.inner.host.as_deref()
    }
}

/// An error and all that it names as its causes, also those that an [`io::Error`] wraps.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host().unwrap_or("the host");
        let detail = self.inner.detail.as_deref().unwrap_or_default();
        let blank = if detail.is_empty() { "" } else { " " };
        match self.inner.kind {
            TransportErrorKind::Connect if detail.is_empty() => write!(f, "no connection to {host}")?,
            TransportErrorKind::Connect => write!(f, "no connection to {host}: {detail}")?,
            TransportErrorKind::Dns => write!(f, "the name of {host} cannot be resolved")?,
            TransportErrorKind::Tls => {
                write!(
                    f,
                    "no trusted connection to {host}; check this machine's clock, and whether a proxy needs its root certificate added"
                )?;
            }
            TransportErrorKind::Timeout if self.inner.may_have_been_processed => {
                write!(f, "no whole answer from {host}{blank}{detail}")?;
            }
            TransportErrorKind::Timeout => write!(f, "no connection to {host}{blank}{detail}")?,
            TransportErrorKind::Interrupted => {
                write!(f, "the connection to {host} broke before the whole answer came")?
            }
            TransportErrorKind::Body => f.write_str("the request's own body could not be read")?,
            TransportErrorKind::TooLarge => write!(f, "the answer from {host} has more than {detail}")?,
            TransportErrorKind::Redirected => {
                write!(f, "the HTTP stack followed a redirect away from {host}; switch off redirects in its client")?;
            }
            TransportErrorKind::NotSent => write!(f, "the request to {host} was held back: {detail}")?,
            TransportErrorKind::Destination => {
                write!(f, "the answer from {host} cannot be written to its file: {detail}")?;
            }
            TransportErrorKind::Other => write!(f, "the request to {host} failed")?,
        }
        f.write_str(match (self.inner.may_have_been_processed, self.inner.after_doubt) {
            (true, _) => "; the request may have been processed",
            (false, true) => "; an earlier attempt may have been processed",
            (false, false) => "; nothing was processed",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.inner.kind)
            .field("may_have_been_processed", &self.may_have_been_processed())
            .field("host", &self.inner.host)
            .field("detail", &self.inner.detail)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests;
