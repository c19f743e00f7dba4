//! The URLs that a request may name: where Jumio reports, and where the hosted page sends the person (protocol 6.1).
//!
//! Jumio's portal has one set of rules for all of them. Nothing here follows a URL.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::host;
use crate::invalid::InvalidRequest;
use crate::redact::Silent;

// Jumio appends these to redirects and reserves them (protocol 6.1, 10.2).
const RESERVED: &[&str] = &[
    "accountId",
    "workflowExecutionId",
    "customerInternalReference",
    "acquisitionStatus",
    "errorCode",
    "publicErrorCode",
    "transactionReference",
    "transactionStatus",
    "jumioIdScanReference",
    "idScanStatus",
];

/// The rule that a URL on the internet breaks, if it breaks one.
fn broken_rule(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Some("must begin with https://");
    };
    if url.len() > 255 {
        return Some("must have at most 255 characters");
    }
    if !host::is_plain(url) {
        return Some("must be ASCII without blanks or any of \\ < > \" `; write a host name in Punycode");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("must not contain a user part");
    }
    if host::is_ip(authority) {
        return Some("must name a host, not an IP address");
    }
    if authority.contains(':') {
        return Some("must not name a port");
    }
    if !authority.contains('.') || authority.split('.').any(str::is_empty) {
        return Some("must name a complete host, such as kyc.example.com");
    }
    if url.contains('#') {
        return Some("must not have a fragment");
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    if query.split('&').any(|pair| RESERVED.contains(&pair.split('=').next().unwrap_or_default())) {
        return Some("must not use a query parameter that Jumio reserves, such as accountId");
    }
    None
}

/// The rule that a URL on this machine breaks, if it breaks one.
fn broken_rule_of_loopback(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
        return Some("must begin with http:// or https://");
    };
    if url.len() > 255 || !host::is_plain(url) {
        return Some("must have at most 255 ASCII characters, and none of \\ < > \" `");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!host::is_loopback(authority)).then_some("must name this machine: localhost, 127.0.0.1 or [::1]")
}

fn checked(field: &'static str, url: &str, broken: Option<&'static str>) -> Result<Box<str>, InvalidRequest> {
    broken.map_or_else(|| Ok(url.into()), |rule| Err(InvalidRequest::new(field, rule, url)))
}

/// Where Jumio reports the end of a transaction (`callbackUrl`, protocol 3.1, 6.1). Whether it reports what comes
/// before, too, may depend on the tenant (protocol 6.2). `Debug` hides it all: path and query may carry a secret.
///
/// How sure: the rules stand on the portal's page, the length on the account page; a query of one's own was seen to
/// work. That there is no user part and that the host has a dot is chosen.
///
/// ```
/// use jumio_model::CallbackUrl;
///
/// assert!(CallbackUrl::new("https://kyc.example.com/jumio?key=k").is_ok());
/// assert_eq!(CallbackUrl::new("https://kyc.example.com:8443/jumio").unwrap_err().rule, "must not name a port");
/// assert!(CallbackUrl::loopback("http://127.0.0.1:8080/jumio").is_ok());
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackUrl(Box<str>);

impl CallbackUrl {
    /// Takes a URL that keeps Jumio's rules: `https`, at most 255 ASCII characters, a host name of the customer's own, no
    /// IP address, no port, no fragment, no user part, none of the query parameters that Jumio reserves.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn new(url: &str) -> Result<Self, InvalidRequest> {
        checked("callbackUrl", url, broken_rule(url)).map(Self)
    }

    /// Takes a URL on this machine, for a simulator. It breaks Jumio's own rules.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the host is not `localhost`, `127.x.x.x` or `[::1]`.
    pub fn loopback(url: &str) -> Result<Self, InvalidRequest> {
        checked("callbackUrl", url, broken_rule_of_loopback(url)).map(Self)
    }

    /// The URL as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackUrl").field(&Silent(&self.0)).finish()
    }
}

/// Where the hosted page sends the person when they are done (`web.successUrl`, `web.errorUrl`, protocol 3.1, 10.2).
///
/// Jumio appends its own query (read it with [`WebRedirect`](crate::WebRedirect)), and for at least one tenant it
/// refused a URL that had a query already, so none is taken here. How sure: the query rule comes from one client and is
/// confirmed nowhere; the others stand on the portal's page (protocol 6.1).
///
/// ```
/// use jumio_model::ReturnUrl;
///
/// assert!(ReturnUrl::new("https://shop.example.com/done").is_ok());
/// assert!(ReturnUrl::new("https://shop.example.com/done?order=1").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ReturnUrl(Box<str>);

impl ReturnUrl {
    const FIELD: &'static str = "web.successUrl or web.errorUrl";

    /// Takes a URL that keeps the rules of [`CallbackUrl::new`] and has no query.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn new(url: &str) -> Result<Self, InvalidRequest> {
        checked(Self::FIELD, url, broken_rule(url).or_else(|| Self::query(url))).map(Self)
    }

    /// Takes a URL on this machine, for a simulator. It breaks Jumio's own rules.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the host is not `localhost`, `127.x.x.x` or `[::1]`, or there is a query.
    pub fn loopback(url: &str) -> Result<Self, InvalidRequest> {
        checked(Self::FIELD, url, broken_rule_of_loopback(url).or_else(|| Self::query(url))).map(Self)
    }

    fn query(url: &str) -> Option<&'static str> {
        url.contains('?').then_some("must not have a query: Jumio appends its own")
    }

    /// The URL as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReturnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReturnUrl").field(&Silent(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{CallbackUrl, ReturnUrl};

    #[test]
    fn the_rules_of_a_callback_url() {
        for good in ["https://kyc.example.com/jumio", "https://kyc.example.com/cb?token=abc"] {
            assert!(CallbackUrl::new(good).is_ok(), "{good}");
        }
        let long = format!("https://kyc.example.com/{}", "x".repeat(255));
        for bad in [
            "http://kyc.example.com/",
            "https://10.0.0.1/cb",
            "https://[::1]/cb",
            "https://kyc.example.com:8443/cb",
            "https://kyc.example.com/cb#x",
            "https://user@kyc.example.com/cb",
            "https://kyc.example.com/cb?a=1&accountId=2",
            "https://localhost/cb",
            "https://127.1/cb",
            "https://0x7f.1/cb",
            "https://0X7F000001/cb",
            "https://kyc.example.com\\x/cb",
            "https://kyc.exämple.com/",
            long.as_str(),
        ] {
            assert!(CallbackUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_by_name_only() {
        for good in ["http://127.0.0.1:8080/cb", "http://localhost/cb", "http://[::1]:9/cb"] {
            assert!(CallbackUrl::loopback(good).is_ok(), "{good}");
        }
        for bad in [
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
            "http://a@evil.example/",
            "ftp://localhost/",
            "http://localhost:x@evil.example/",
            "http://127.0.0.1:80@evil.example/",
            "http://[::1]@evil.example/",
            "http://[::1].evil.example/",
            "http://localhost:",
            "http://localhost:8x/",
        ] {
            assert!(CallbackUrl::loopback(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_return_url_has_no_query() {
        assert_eq!(ReturnUrl::new("https://shop.example.com/done").unwrap().as_str(), "https://shop.example.com/done");
        for bad in ["https://shop.example.com/done?order=1", "http://shop.example.com/done", "https://10.0.0.1/"] {
            assert!(ReturnUrl::new(bad).is_err(), "{bad}");
        }
        assert!(ReturnUrl::loopback("http://localhost:8080/done").is_ok());
        assert!(ReturnUrl::loopback("http://localhost:8080/done?a=1").is_err());
    }
}
