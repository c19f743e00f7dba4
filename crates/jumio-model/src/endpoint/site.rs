//! Where Jumio is: one base URL per role, and which hosts may see a credential.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::link::{self, NotAllowed, NotAllowedReason};
use super::{Access, Region, RequestError, Role, UserAgent, path};
use crate::host;

/// The addresses of Jumio's five services (protocol 1; documented), and the name by which this integration introduces
/// itself to them. What a URL must be to see a credential is chosen.
///
/// ```
/// use jumio_model::endpoint::{BaseUrl, Region, Role, Site, UserAgent};
///
/// let agent = UserAgent::new("Acme KYC/1.0")?;
/// let live = Site::region(Region::Us, agent.clone());
/// assert_eq!(live.base(Role::Retrieval).to_string(), "https://retrieval.amer-1.jumio.ai");
///
/// let simulator = Site::at(BaseUrl::parse("http://127.0.0.1:8080")?, agent);
/// assert!(simulator.permits(&"http://127.0.0.1:8080/api/v1/accounts".parse()?).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    bases: [BaseUrl; 5],
    also: Vec<BaseUrl>,
    jumio_link: bool,
    region: Option<Region>,
    user_agent: UserAgent,
}

impl Site {
    /// Jumio's own hosts of a region.
    pub fn region(region: Region, user_agent: UserAgent) -> Self {
        let base = |role: Role| {
            let authority = host_name(&format!("{}.{}.jumio.ai", service(role), region.code()));
            BaseUrl { scheme: Scheme::HTTPS, authority, prefix: String::new() }
        };
        let bases = Role::ALL.map(base);
        Self { bases, also: Vec::new(), jumio_link: false, region: Some(region), user_agent }
    }

    /// One address for all five roles: a simulator, or a mock that someone else runs.
    pub fn at(base: BaseUrl, user_agent: UserAgent) -> Self {
        let bases = Role::ALL.map(|_| base.clone());
        Self { bases, also: Vec::new(), jumio_link: false, region: None, user_agent }
    }

    /// Puts one role at another address.
    #[must_use]
    pub fn with_base(mut self, role: Role, base: BaseUrl) -> Self {
        if let Some(slot) = self.bases.get_mut(role as usize) {
            *slot = base;
        }
        self
    }

    /// Lets credentials go to one more address, for links that Jumio returns, such as a partner's host. Whoever answers there
    /// gets the transaction token.
    #[must_use]
    pub fn also_permitting(mut self, base: BaseUrl) -> Self {
        self.also.push(base);
        self
    }

    /// Lets transaction tokens, and no other credential, go to `api.{region}.jumio.link`, which the quickstart prints for
    /// finalize (protocol 1). Of use only with [`region`](Self::region).
    #[must_use]
    pub fn permitting_jumio_link(mut self) -> Self {
        self.jumio_link = true;
        self
    }

    /// The address of a role.
    pub fn base(&self, role: Role) -> &BaseUrl {
        let [auth, account, api, retrieval, health] = &self.bases;
        match role {
            Role::Auth => auth,
            Role::Account => account,
            Role::Api => api,
            Role::Retrieval => retrieval,
            Role::Health => health,
        }
    }

    /// The name by which this integration introduces itself.
    pub fn user_agent(&self) -> &UserAgent {
        &self.user_agent
    }

    /// Whether the access token, or id and secret, may go to this URL: encrypted (or this machine), without a user part, and
    /// with exactly the scheme, host and port of one of the configured addresses, below its path if it has one. A URL that
    /// came in a payload is checked like any other.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits(&self, uri: &Uri) -> Result<(), NotAllowed> {
        // Nearly every URL was made from a base, and each call that carries a credential asks at least twice.
        if self.bases.iter().chain(&self.also).any(|base| base.made(uri)) {
            return Ok(());
        }
        link::check(uri)?;
        if self.bases.iter().chain(&self.also).any(|base| base.covers(uri)) {
            return Ok(());
        }
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        Err(NotAllowed { host, reason: self.why_not(uri.host().unwrap_or_default()) })
    }

    /// Whether a credential of this kind may go to this URL: as [`permits`](Self::permits), and the transaction token also to
    /// `jumio.link` where [that is permitted](Self::permitting_jumio_link). Where no credential goes along, any URL will do.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_for(&self, access: Access, uri: &Uri) -> Result<(), NotAllowed> {
        match access {
            Access::None => Ok(()),
            Access::TransactionToken if self.jumio_link && self.is_jumio_link(uri) => Ok(()),
            _ => self.permits(uri),
        }
    }

    /// [`permits`](Self::permits) for a URL that came as text.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_link(&self, href: &str) -> Result<(), NotAllowed> {
        self.permits(&link::parse(href)?)
    }

    /// [`permits_for`](Self::permits_for) the transaction token, for a URL that came as text: the links of an account reply.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_transaction_link(&self, href: &str) -> Result<(), NotAllowed> {
        self.permits_for(Access::TransactionToken, &link::parse(href)?)
    }

    fn is_jumio_link(&self, uri: &Uri) -> bool {
        let Some(region) = self.region else { return false };
        let here = BaseUrl {
            scheme: Scheme::HTTPS,
            authority: host_name(&format!("{}.{}.jumio.link", service(Role::Api), region.code())),
            prefix: String::new(),
        };
        link::check(uri).is_ok() && here.covers(uri)
    }

    /// Why a host that is none of the permitted ones is refused, so that the error can name the setting.
    fn why_not(&self, name: &str) -> NotAllowedReason {
        let name = name.to_ascii_lowercase();
        let is = |base: &BaseUrl| base.authority.host().eq_ignore_ascii_case(&name);
        if self.bases.iter().chain(&self.also).any(is) {
            return NotAllowedReason::OtherPlace;
        }
        let of_jumio = |domain: &str| {
            let (service_name, region) = name.strip_suffix(domain)?.rsplit_once('.')?;
            let known = Role::ALL.iter().any(|role| service(*role) == service_name);
            known.then(|| Region::ALL.into_iter().find(|known| known.code() == region)).flatten()
        };
        if of_jumio(".jumio.ai").is_some() && self.region.is_some() {
            NotAllowedReason::OtherRegion
        } else if of_jumio(".jumio.link").is_some_and(|region| self.region == Some(region)) {
            NotAllowedReason::JumioLink
        } else {
            NotAllowedReason::UnknownHost
        }
    }
}

/// The first label of a service's host (protocol 1).
fn service(role: Role) -> &'static str {
    if role == Role::Health { "status" } else { role.name() }
}

// The only texts that come here are built from our own two tables.
#[expect(clippy::expect_used, reason = "a service's name and a region's code always make a host name")]
fn host_name(name: &str) -> Authority {
    name.parse().expect("a host name from our own tables")
}

/// Scheme, host, port and path prefix of a service: `https`, or plain `http` on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

impl BaseUrl {
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
    pub(super) fn join(&self, template: &'static str, arguments: &[&str]) -> Result<Uri, RequestError> {
        let path = path::render(&self.prefix, template, arguments)?;
        let not_a_url = || NotAllowed { host: String::new(), reason: NotAllowedReason::NotAUrl };
        // All else about the URL was checked when the base was made.
        if !host::is_plain(&path) {
            return Err(not_a_url().into());
        }
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = PathAndQuery::from_maybe_shared(bytes::Bytes::from(path)).ok();
        Uri::from_parts(parts).map_err(|_| not_a_url().into())
    }

    /// Whether a URL is below this base and written as [`join`](Self::join) writes it. Then all that [`link::check`] asks of
    /// scheme and host has been asked of the base's own.
    fn made(&self, uri: &Uri) -> bool {
        uri.authority().is_some_and(|authority| authority.as_str() == self.authority.as_str())
            && uri.scheme() == Some(&self.scheme)
            && host::is_plain(uri.path_and_query().map_or("", PathAndQuery::as_str))
            && self.has_below(uri.path())
    }

    fn has_below(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&*self.prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && !climbs(path)
    }

    fn covers(&self, uri: &Uri) -> bool {
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

/// Whether some server could read the path as leaving the folder that it begins with: a segment of one or two dots, up to a slash,
/// a backslash or a parameter, each as it is or encoded. Every call that carries a credential asks this, so nothing is copied.
fn climbs(path: &str) -> bool {
    let bytes = path.as_bytes();
    // Hardly a path has what such a segment needs, and without a way out of the loop it is looked for sixteen bytes at a time.
    let following = bytes.iter().zip(bytes.iter().skip(1));
    let suspicious = following.fold(!path.starts_with('/'), |found, (&before, &byte)| {
        found | ((before == b'/') & (byte == b'.')) | (byte == b'%') | (byte == b'\\')
    });
    suspicious && climbs_somewhere(bytes)
}

fn climbs_somewhere(path: &[u8]) -> bool {
    let mut rest = path;
    // How many dots the segment has so far; none once it has anything else.
    let mut dots = Some(0);
    while let Some((byte, after)) = decoded(rest) {
        let of_dots = matches!(dots, Some(1 | 2));
        dots = match byte {
            b'/' | b'\\' | b';' if of_dots => return true,
            b'/' | b'\\' => Some(0),
            b'.' => dots.map(|dots| dots + 1),
            _ => None,
        };
        rest = after;
    }
    matches!(dots, Some(1 | 2))
}

/// The next byte, and what comes after it.
fn decoded(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    match text {
        [b'%', high, low, rest @ ..] => match digit(*high).zip(digit(*low)) {
            Some((high, low)) => Some((u8::try_from(high * 16 + low).unwrap_or(b'%'), rest)),
            None => Some((b'%', text.get(1..)?)),
        },
        [first, rest @ ..] => Some((*first, rest)),
        [] => None,
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

#[cfg(test)]
mod tests {
    use super::{Access, BaseUrl, NotAllowedReason as Reason, Region, Role, Site, UserAgent};

    /// Proves S2.
    #[test]
    fn regions_do_not_mix() {
        let agent = || UserAgent::new("Acme KYC/1.0").unwrap();
        for home in Region::ALL {
            let site = Site::region(home, agent());
            for other in Region::ALL {
                for service in ["auth", "account", "api", "retrieval", "status"] {
                    let url = format!("https://{service}.{}.jumio.ai/api/v1/x", other.code());
                    assert_eq!(site.permits_link(&url).is_ok(), home == other, "{home} {url}");
                }
            }
        }
    }

    /// Proves S3.
    #[test]
    fn no_region_and_no_base_brings_another_host() {
        let smuggled = [
            "x@evil.example/#",
            "evil.example/",
            "evil.example#",
            "evil.example?",
            "evil.example\\",
            "evil.example:443/",
            "emea-1.evil.example",
            "emea-1\n",
            "emea-1\r\nHost: evil.example",
            "emea-1\0",
            " emea-1",
            "emea-1 ",
            ".",
            "..",
            "emea-1.",
            "emea%2d1",
            "%65mea-1",
            "eme\u{430}-1",
            "\u{ff45}mea-1",
            "emea-1\u{3002}evil",
            "",
        ];
        for text in smuggled {
            assert!(text.parse::<Region>().is_err(), "{text:?}");
        }
        let refused = [
            "https://x@evil.example/",
            "https://x:y@evil.example/",
            "https://api.emea-1.jumio.ai@evil.example/",
            "https://evil.example/#",
            "https://evil.example/?",
            "https://evil.example\\@api.emea-1.jumio.ai/",
            "https://api.emea-1.jumio.ai\n.evil.example/",
            "https://api.emea-1.jumio.ai\t/",
            "https://api .jumio.ai/",
            "https://api.emea-1.jumio.ai%2eevil.example/",
            "https://api.emea-1.jumio.ai%00.evil.example/",
            "https://j\u{fc}mio.example/",
            "https://api.emea-1.jumio\u{3002}ai/",
            "https://\u{ff41}pi.emea-1.jumio.ai/",
            "http://evil.example/",
            "//evil.example/",
            "file:///etc",
            "https:///",
            "https://",
            "https:/evil.example",
        ];
        for text in refused {
            assert!(BaseUrl::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_the_exact_host_is_permitted() {
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
        assert!(site.permits_link("https://API.emea-1.jumio.ai:443/x").is_ok());
        for bad in [
            "https://api.emea-1.jumio.ai.evil.example/",
            "https://evil.example/?https://api.emea-1.jumio.ai/",
            "https://api.emea-1.jumio.ai:8443/",
            "https://api.emea-1.jumio.link/",
            "https://xapi.emea-1.jumio.ai/",
            "https://api.emea-1.jumio.ai./",
            "http://127.0.0.1:1/",
        ] {
            assert!(site.permits_link(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refusal_says_which_setting_it_is_about() {
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
        let cases = [
            ("https://api.amer-1.jumio.ai/", Reason::OtherRegion, "Site::region"),
            ("https://api.emea-1.jumio.ai:8443/", Reason::OtherPlace, "Site::with_base"),
            ("https://api.emea-1.jumio.link/", Reason::JumioLink, "Site::permitting_jumio_link"),
            ("https://api.amer-1.jumio.link/", Reason::UnknownHost, "Site::also_permitting"),
            ("https://evil.emea-1.jumio.ai/", Reason::UnknownHost, "Site::also_permitting"),
        ];
        for (url, reason, setting) in cases {
            let error = site.permits_link(url).unwrap_err();
            assert_eq!(error.reason, reason, "{url}");
            assert!(error.to_string().contains(&error.host) && error.to_string().contains(setting), "{error}");
        }
    }

    #[test]
    fn jumio_link_is_permitted_by_name_and_for_the_transaction_token_alone() {
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap()).permitting_jumio_link();
        let link = "https://api.emea-1.jumio.link/api/v1/x";
        assert!(site.permits_transaction_link(link).is_ok());
        assert!(site.permits_link(link).is_err());
        assert!(site.permits_for(Access::ClientSecret, &link.parse().unwrap()).is_err());
        for bad in [
            "https://api.amer-1.jumio.link/",
            "https://auth.emea-1.jumio.link/",
            "https://api.emea-1.jumio.link:444/",
            "http://api.emea-1.jumio.link/",
            "https://u@api.emea-1.jumio.link/",
            "https://x.api.emea-1.jumio.link/",
        ] {
            assert!(site.permits_transaction_link(bad).is_err(), "{bad}");
        }
        let elsewhere = Site::at(BaseUrl::parse("http://127.0.0.1:9").unwrap(), site.user_agent().clone());
        assert!(elsewhere.permitting_jumio_link().permits_transaction_link(link).is_err());
    }

    #[test]
    fn a_base_keeps_its_prefix_and_roles_move_alone() {
        let base = BaseUrl::parse("http://127.0.0.1:9/jumio/").unwrap();
        assert_eq!(base.join("/api/v1/accounts", &[]).unwrap(), "http://127.0.0.1:9/jumio/api/v1/accounts");
        let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap())
            .with_base(Role::Api, BaseUrl::parse("https://api.example.com").unwrap());
        assert_eq!(site.base(Role::Api).to_string(), "https://api.example.com");
        assert_eq!(site.base(Role::Auth).to_string(), "http://127.0.0.1:9/jumio");
        for bad in [
            "",
            "api.example.com",
            "http://example.com",
            "https://a.example/?x",
            "https://a.example/#x",
            "https://1.2.3.4",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_that_a_server_could_read_as_climbing_leaves_the_prefix() {
        let base = BaseUrl::parse("https://gateway.example/jumio").unwrap();
        let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap());
        let url = |path: &str| format!("https://gateway.example/jumio{path}");
        for good in ["", "/x", "/a.b/..c/...", "/%2e%2ex", "/x;v=1", "/x%2fy", "/.x", "/x?..%2f", "/%"] {
            assert!(site.permits_link(&url(good)).is_ok(), "{good}");
        }
        for bad in [
            "/..",
            "/./x",
            "/x/%2e%2E/y",
            "/..%2fother",
            "/..;/other",
            "/.;v=1/x",
            "/..%5Cother",
            "/%2e%2e%5c",
            "/x%2f..%2fother",
            "/x%5c.%2e",
            "-other",
        ] {
            assert!(site.permits_link(&url(bad)).is_err(), "{bad}");
        }
    }
}
