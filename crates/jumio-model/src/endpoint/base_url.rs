//! The address of one service: what it must be, and which URLs are below it.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::RequestError;
use super::climbing::climbs;
use super::link::{self, NotAllowed, NotAllowedReason};
use super::path::Template;
use crate::host::{self, CLIMBING, ODD};

/// Scheme, host, port and path prefix of a service: `https`, or plain `http` on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

impl BaseUrl {
    /// One of Jumio's own hosts. The only texts that come here are those of [`Region`](super::Region): any other could panic.
    pub(super) fn of_host(name: &'static str) -> Self {
        Self { scheme: Scheme::HTTPS, authority: Authority::from_static(name), prefix: String::new() }
    }

    pub(super) fn host(&self) -> &str {
        self.authority.host()
    }

    /// Reads a base URL. A path is kept as a prefix of every path; a trailing slash is dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidBaseUrl`] for anything that may not see a credential, and for a query.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let uri = link::parse(text).map_err(InvalidBaseUrl::NotAllowed)?;
        if uri.query().is_some() || text.contains('#') {
            return Err(InvalidBaseUrl::Query);
        }
        let parts = uri.into_parts();
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) => {
                let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
                Ok(Self { scheme, authority, prefix: path.trim_end_matches('/').to_owned() })
            }
            _ => Err(InvalidBaseUrl::NotAllowed(NotAllowed { host: String::new(), reason: NotAllowedReason::NotAUrl })),
        }
    }

    /// The URL of a path below this base.
    pub(super) fn join(&self, template: &Template, arguments: &[&str]) -> Result<Uri, RequestError> {
        let path = template.render(&self.prefix, arguments)?;
        let not_a_url = || NotAllowed { host: String::new(), reason: NotAllowedReason::NotAUrl };
        // The base was checked when it was made, the template when its endpoint was compiled, and the arguments are encoded.
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = PathAndQuery::from_maybe_shared(bytes::Bytes::from(path)).ok();
        Uri::from_parts(parts).map_err(|_| not_a_url().into())
    }

    /// Whether a URL is below this base and written as [`join`](Self::join) writes it. Then all that [`link::check`] asks of
    /// scheme and host has been asked of the base's own. What stands as its authority comes along, because several bases are asked.
    pub(super) fn made(&self, uri: &Uri, authority: &str) -> bool {
        let is_here =
            self.authority.as_str() == authority && uri.scheme() == Some(&self.scheme) && self.begins(uri.path());
        if !is_here {
            return false;
        }
        // One look at each character has to do for nearly every URL, and only one with a dot or the like is looked at again.
        match host::kinds_in(uri.path_and_query().map_or("", PathAndQuery::as_str)) {
            kinds if kinds & ODD != 0 => false,
            kinds => kinds & CLIMBING == 0 || !climbs(uri.path()),
        }
    }

    fn begins(&self, path: &str) -> bool {
        // Nearly every base has no prefix, and to compare it all the same costs a tenth of what we do for a call: some processors
        // take long to read none of the bytes of an empty text, which lie nowhere.
        let below = if self.prefix.is_empty() { Some(path) } else { path.strip_prefix(&*self.prefix) };
        below.is_some_and(|rest| rest.starts_with('/'))
    }

    fn has_below(&self, path: &str) -> bool {
        (self.begins(path) || path == self.prefix) && !climbs(path)
    }

    pub(super) fn covers(&self, uri: &Uri) -> bool {
        let port = |authority: &Authority, scheme: &Scheme| {
            authority.port_u16().unwrap_or(if *scheme == Scheme::HTTPS { 443 } else { 80 })
        };
        match (uri.scheme(), uri.authority()) {
            (Some(scheme), Some(authority)) => {
                *scheme == self.scheme
                    && authority.host().eq_ignore_ascii_case(self.authority.host())
                    && port(authority, scheme) == port(&self.authority, &self.scheme)
                    && self.has_below(uri.path())
            }
            _ => false,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        Self::parse(text)
    }
}

/// A text that is no base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// No credential may go there.
    NotAllowed(NotAllowed),
    /// It has a query or a fragment.
    Query,
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed(error) => error.fmt(f),
            Self::Query => f.write_str("a base URL must not have a query or a fragment"),
        }
    }
}

impl std::error::Error for InvalidBaseUrl {}
