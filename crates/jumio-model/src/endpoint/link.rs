//! URLs that came from somewhere: reading one, and the error that says why a credential may not go there.

use std::fmt;

use http::Uri;

use crate::host;

/// A URL to which no credential may go. Nothing was sent. Shows the host, never path or query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAllowed {
    /// Host and port of the URL; empty where it has none.
    pub host: String,
    /// Why not.
    pub reason: NotAllowedReason,
}

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAllowedReason {
    /// It is no absolute `http` or `https` URL.
    NotAUrl,
    /// It is `http` and not on this machine.
    NotEncrypted,
    /// It carries a user name or password.
    UserPart,
    /// It names an IP address that is not this machine's own.
    IpAddress,
    /// Its host is none of the configured ones.
    UnknownHost,
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = crate::redact::one_line(&self.host);
        match self.reason {
            NotAllowedReason::NotAUrl => write!(f, "a link is no absolute http or https URL"),
            NotAllowedReason::NotEncrypted => {
                write!(f, "host `{host}` is addressed by plain http, which is allowed for this machine only")
            }
            NotAllowedReason::UserPart => write!(f, "the URL of host `{host}` carries a user part"),
            NotAllowedReason::IpAddress => write!(f, "host `{host}` is an IP address; name the host"),
            NotAllowedReason::UnknownHost => {
                write!(f, "host `{host}` is none of this site's hosts; check the region, or permit this host by name")
            }
        }
    }
}

impl std::error::Error for NotAllowed {}

/// Reads an absolute URL and checks everything about it that needs no list of hosts.
pub(super) fn parse(text: &str) -> Result<Uri, NotAllowed> {
    let fail = |host: &str, reason| Err(NotAllowed { host: host.to_owned(), reason });
    // http::Uri takes some characters that other parsers read as the end of the host.
    let Some(uri) = host::is_plain(text).then(|| text.parse::<Uri>().ok()).flatten() else {
        return fail("", NotAllowedReason::NotAUrl);
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return fail("", NotAllowedReason::NotAUrl);
    };
    let name = authority.host();
    if name.is_empty() || !matches!(scheme, "http" | "https") {
        return fail(name, NotAllowedReason::NotAUrl);
    }
    if authority.as_str().contains('@') {
        return fail(name, NotAllowedReason::UserPart);
    }
    let loopback = host::is_loopback(authority.as_str());
    if scheme == "http" && !loopback {
        return fail(authority.as_str(), NotAllowedReason::NotEncrypted);
    }
    if !loopback && host::is_ip(name) {
        return fail(authority.as_str(), NotAllowedReason::IpAddress);
    }
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::{NotAllowedReason as Reason, parse};

    #[test]
    fn what_is_wrong_with_a_link() {
        for good in [
            "https://api.emea-1.jumio.ai/api/v1/x",
            "http://127.0.0.1:80/x",
            "http://[::1]:8080/",
            "http://localhost:1/",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        let cases = [
            ("", Reason::NotAUrl),
            ("/relative", Reason::NotAUrl),
            ("ftp://localhost/", Reason::NotAUrl),
            ("https://a\\b/", Reason::NotAUrl),
            ("https://a b/", Reason::NotAUrl),
            ("http://api.emea-1.jumio.ai/", Reason::NotEncrypted),
            ("http://127.0.0.1.evil.example/", Reason::NotEncrypted),
            ("https://user@api.emea-1.jumio.ai/", Reason::UserPart),
            ("https://api.emea-1.jumio.ai:x@evil.example/", Reason::UserPart),
            ("https://10.0.0.1/", Reason::IpAddress),
            ("https://2130706433/", Reason::IpAddress),
            ("https://[2001:db8::1]/", Reason::IpAddress),
            ("https://[::1].evil.example/", Reason::IpAddress),
        ];
        for (link, reason) in cases {
            assert_eq!(parse(link).unwrap_err().reason, reason, "{link}");
        }
    }
}
