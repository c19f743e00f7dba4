//! URLs that came from somewhere: reading one, and the error that says why a credential may not go there.

use std::fmt;

use http::Uri;

use crate::host;

/// A URL to which no credential may go. Nothing was sent. Shows the host, never path or query. The rules are chosen:
/// Jumio says to follow links to its own hosts alone (protocol 7.9), and prints hosts that are not (protocol 1).
///
/// ```
/// use jumio_model::endpoint::{NotAllowedReason, Region, Site, UserAgent};
///
/// let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
/// let error = site.permits_link("https://api.amer-1.jumio.ai/").unwrap_err();
/// assert_eq!((error.host.as_str(), error.reason), ("api.amer-1.jumio.ai", NotAllowedReason::OtherRegion));
/// ```
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
    /// It is Jumio's own host of another region.
    OtherRegion,
    /// Its host is a configured one, and its port, scheme or path is not.
    OtherPlace,
    /// It is on `jumio.link`, which [`Site::permitting_jumio_link`](super::Site::permitting_jumio_link) permits for transaction
    /// tokens.
    JumioLink,
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
                write!(
                    f,
                    "host `{host}` is none of this site's hosts; check the region, or permit this host by name \
                     (Site::also_permitting)"
                )
            }
            NotAllowedReason::OtherRegion => {
                write!(f, "host `{host}` is of another region than this site; check the region (Site::region)")
            }
            NotAllowedReason::OtherPlace => {
                write!(
                    f,
                    "host `{host}` is one of this site's hosts, with another scheme, port or path than configured; check the \
                     base URL (Site::with_base)"
                )
            }
            NotAllowedReason::JumioLink => {
                write!(
                    f,
                    "host `{host}` is on jumio.link; where Jumio confirms that it is theirs, permit it for transaction tokens \
                     (Site::permitting_jumio_link)"
                )
            }
        }
    }
}

impl std::error::Error for NotAllowed {}

/// A link in a reply to which no credential may go. The call itself succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignLink {
    /// Where in the reply it stands, such as `workflowExecution.credentials[0].api.parts`.
    pub member: String,
    /// Why no credential may go there.
    pub why: NotAllowed,
}

impl fmt::Display for ForeignLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.why)
    }
}

impl std::error::Error for ForeignLink {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.why)
    }
}

/// Reads an absolute URL and checks everything about it that needs no list of hosts.
pub(super) fn parse(text: &str) -> Result<Uri, NotAllowed> {
    // http::Uri takes some characters that other parsers read as the end of the host.
    let uri = host::is_plain(text).then(|| text.parse::<Uri>().ok()).flatten();
    let uri = uri.ok_or_else(|| NotAllowed { host: String::new(), reason: NotAllowedReason::NotAUrl })?;
    check(&uri)?;
    Ok(uri)
}

/// Checks everything about a URL that needs no list of hosts.
pub(super) fn check(uri: &Uri) -> Result<(), NotAllowed> {
    let fail = |host: &str, reason| Err(NotAllowed { host: host.to_owned(), reason });
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return fail("", NotAllowedReason::NotAUrl);
    };
    let rest = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    if !host::is_plain(authority.as_str()) || !host::is_plain(rest) {
        return fail("", NotAllowedReason::NotAUrl);
    }
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
    // Where more than a port follows, or one that cannot be read, others could read another place than we do.
    let after = authority.as_str().strip_prefix(name).unwrap_or(":");
    let is_port =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0);
    if !after.is_empty() && !after.strip_prefix(':').is_some_and(is_port) {
        return fail(name, NotAllowedReason::NotAUrl);
    }
    Ok(())
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
            ("https://api.emea-1.jumio.ai:99999/", Reason::NotAUrl),
            ("https://api.emea-1.jumio.ai:abc/", Reason::NotAUrl),
            ("https://api.emea-1.jumio.ai:/", Reason::NotAUrl),
            ("https://api.emea-1.jumio.ai:0/", Reason::NotAUrl),
            ("https://api.emea-1.jumio.ai:+443/", Reason::NotAUrl),
            ("https://[::1]:70000/", Reason::NotAUrl),
            // http::Uri begins to count colons anew after a bracket.
            ("https://api.emea-1.jumio.ai:[]:443/", Reason::NotAUrl),
            ("https://api.emea-1.jumio.ai:[x]evil.example:443/", Reason::NotAUrl),
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
