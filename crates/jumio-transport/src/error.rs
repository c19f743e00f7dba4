//! Why no whole response came, and whether the request may have been processed all the same.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;

use crate::BodyError;

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
        Self { inner: Box::new(Inner { kind, may_have_been_processed, host: None, detail: None, source }) }
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

    /// The request was held back: `what` is missing. Nothing was sent.
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

    /// Notes host and port of the URL, unless they are known already. Nothing else of the URL is kept.
    #[must_use]
    pub fn at(mut self, uri: &Uri) -> Self {
        if let (None, Some(authority)) = (&self.inner.host, uri.authority()) {
            let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
            self.inner.host = Some(format!("{}{port}", authority.host()));
        }
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.inner.kind
    }

    /// Whether the request may have been processed. `false` only where it provably was not.
    pub fn may_have_been_processed(&self) -> bool {
        self.inner.may_have_been_processed
    }

    /// Whether time ran out.
    pub fn is_timeout(&self) -> bool {
        self.inner.kind == TransportErrorKind::Timeout
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
            TransportErrorKind::Timeout if self.may_have_been_processed() => {
                write!(f, "no whole answer from {host}{blank}{detail}")?;
            }
            TransportErrorKind::Timeout => write!(f, "no connection to {host}{blank}{detail}")?,
            TransportErrorKind::Interrupted => {
                write!(f, "the connection to {host} broke before the whole answer came")?
            }
            TransportErrorKind::Body => f.write_str("the request's own body could not be read")?,
            TransportErrorKind::TooLarge => write!(f, "the answer from {host} has more than {detail}")?,
            TransportErrorKind::NotSent => write!(f, "the request to {host} was held back: {detail}")?,
            TransportErrorKind::Destination => {
                write!(f, "the answer from {host} cannot be written to its file: {detail}")?;
            }
            TransportErrorKind::Other => write!(f, "the request to {host} failed")?,
        }
        f.write_str(match self.may_have_been_processed() {
            true => "; the request may have been processed",
            false => "; nothing was processed",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.inner.kind)
            .field("may_have_been_processed", &self.inner.may_have_been_processed)
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
mod tests {
    use std::error::Error as _;
    use std::io;
    use std::time::Duration;

    use http::Uri;
    use jumio_model::endpoint::{Region, Site, UserAgent};
    use proptest::prelude::*;

    use super::{TransportError as E, TransportErrorKind as Kind};
    use crate::CallError;

    fn refused() -> io::Error {
        io::Error::from(io::ErrorKind::ConnectionRefused)
    }

    #[test]
    fn texts_name_the_host_and_what_may_have_happened() {
        let uri = "https://user@api.emea-1.jumio.ai:8443/api/v1/accounts/secret?token=secret".parse().unwrap();
        let host = "api.emea-1.jumio.ai:8443";
        let (maybe, no) = ("; the request may have been processed", "; nothing was processed");
        let second = Some(Duration::from_millis(1500));
        let cases = [
            (E::connect(refused()), Kind::Connect, format!("no connection to {host}: connection refused{no}")),
            (E::connect("?"), Kind::Connect, format!("no connection to {host}{no}")),
            (E::dns("?"), Kind::Dns, format!("the name of {host} cannot be resolved{no}")),
            (E::connect_timeout(second), Kind::Timeout, format!("no connection to {host} after 1.5s{no}")),
            (E::connect_timeout(None), Kind::Timeout, format!("no connection to {host}{no}")),
            (E::timeout(second), Kind::Timeout, format!("no whole answer from {host} after 1.5s{maybe}")),
            (E::timeout(None), Kind::Timeout, format!("no whole answer from {host}{maybe}")),
            (E::too_large(7), Kind::TooLarge, format!("the answer from {host} has more than 7 bytes{maybe}")),
            (
                E::interrupted(refused()),
                Kind::Interrupted,
                format!("the connection to {host} broke before the whole answer came{maybe}"),
            ),
            (
                E::not_sent("there is no access token", refused()),
                Kind::NotSent,
                format!("the request to {host} was held back: there is no access token{no}"),
            ),
            (
                E::stalled(Duration::from_secs(20), 1000),
                Kind::Timeout,
                format!("no whole answer from {host} after 20s with less than 1000 bytes a second{maybe}"),
            ),
            (
                E::destination(io::ErrorKind::StorageFull.into()),
                Kind::Destination,
                format!("the answer from {host} cannot be written to its file: no storage space{maybe}"),
            ),
            (E::other(refused()), Kind::Other, format!("the request to {host} failed{maybe}")),
            (E::other(refused()).unprocessed(), Kind::Other, format!("the request to {host} failed{no}")),
        ];
        for (error, kind, text) in cases {
            let error = error.at(&uri);
            assert_eq!(error.kind(), kind);
            assert_eq!(error.to_string(), text);
            assert_eq!(error.may_have_been_processed(), text.ends_with(maybe));
            assert!(!format!("{error:?}").contains("secret"));
        }
        let tls = E::tls("?").at(&uri);
        assert!(tls.to_string().contains(host) && !tls.may_have_been_processed());
    }

    proptest! {
        /// Proves P5.
        #[test]
        fn no_text_of_ours_shows_path_query_or_user(
            user in "[a-z0-9.-]{0,8}", host in "[a-z]{1,8}[.](jumio[.]ai|example)", path in "[a-z0-9/._~-]{0,20}",
            query in "[a-z0-9=&%._~-]{0,20}", secure: bool,
        ) {
            let scheme = if secure { "https" } else { "http" };
            let uri: Uri = format!("{scheme}://canary{user}@{host}/canary{path}?canary={query}").parse().unwrap();
            let without_user: Uri = format!("{scheme}://{host}/canary{path}?canary={query}").parse().unwrap();
            let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
            for uri in [uri, without_user] {
                let error = E::interrupted(refused()).at(&uri);
                let text = format!("{error} {error:?} {}", CallError::from(error.clone()));
                prop_assert!(text.contains(&host) && !text.contains("canary"), "{text}");
                let error = site.permits(&uri).unwrap_err();
                let text = format!("{error} {error:?} {:?}", site.permits_link(&uri.to_string()).unwrap_err());
                prop_assert!(text.contains(&host) && !text.contains("canary"), "{text}");
            }
        }
    }

    #[test]
    fn the_first_host_stays_and_the_cause_is_kept() {
        let error = E::interrupted(refused()).at(&"https://a.example/".parse().unwrap());
        assert_eq!(error.clone().at(&"https://b.example/".parse().unwrap()).host(), Some("a.example"));
        assert_eq!(error.source().unwrap().to_string(), "connection refused");
    }
}
