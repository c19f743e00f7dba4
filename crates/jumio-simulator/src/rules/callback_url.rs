//! `callbackUrl` and the redirect URLs (protocol 6.1): what Jumio accepts, and addresses on this machine as the one
//! exception, so that a receiver under test can be reached.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::Uri;

/// Jumio adds these to redirects and keeps them for itself (protocol 6.1, 10.2).
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

// behavior: callbackUrl is https, without IP address, port, fragment and reserved parameters, of a complete host | protocol 6.1 | documented
// behavior: callbackUrl may be an address of this machine, also http and with a port, so that a receiver under test is reached | protocol 6.1 | chosen
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    if url.contains('#') {
        return Err("must not have a fragment");
    }
    let uri: Uri = url.parse().map_err(|_| "is not a valid URL")?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err("must be an absolute URL");
    };
    if authority.as_str().contains('@') {
        return Err("must not have a user part");
    }
    let host = authority.host();
    let query = uri.query().unwrap_or_default();
    if query.split('&').any(|pair| RESERVED.contains(&pair.split('=').next().unwrap_or_default())) {
        return Err("uses a reserved query parameter");
    }
    if is_loopback(host) {
        return match scheme {
            "http" | "https" => Ok(()),
            _ => Err("must be http or https"),
        };
    }
    if scheme != "https" {
        return Err("must be https");
    }
    if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
        return Err("must name a host, not an IP address");
    }
    if authority.as_str() != host {
        return Err("must not have a port");
    }
    if !host.contains('.') || host.split('.').any(str::is_empty) {
        return Err("must name a complete host");
    }
    Ok(())
}

// behavior: successUrl and errorUrl keep the rules of callbackUrl | protocol 6.1 | documented
// behavior: successUrl and errorUrl have no query of their own, else 400 | protocol 6.1, trap 27 | observed
pub(super) fn check_redirect(url: &str) -> Result<(), &'static str> {
    check(url)?;
    if url.contains('?') { Err("must not have a query") } else { Ok(()) }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|inner| inner.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_is_taken() {
        for url in [
            "https://kyc.example.com/jumio",
            "https://kyc.example.com/jumio?token=abc&x=1",
            "http://127.0.0.1:4000/cb",
            "http://localhost:4000/cb?flow=1",
            "https://[::1]:4000/",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn what_is_refused() {
        for (url, rule) in [
            ("http://kyc.example.com/", "https"),
            ("https://kyc.example.com:8443/", "port"),
            ("https://192.0.2.1/", "IP address"),
            ("https://[2001:db8::1]/", "IP address"),
            ("https://kyc.example.com/#x", "fragment"),
            ("https://kyc.example.com/?errorCode=1", "reserved"),
            ("https://me@kyc.example.com/", "user part"),
            ("https://kyc/", "complete host"),
            ("https://exämple.com/", "valid"),
            ("ftp://127.0.0.1/", "http or https"),
            ("/cb", "absolute"),
            ("", "valid"),
        ] {
            let said = check(url).unwrap_err();
            assert!(said.contains(rule), "{url}: {said}");
        }
    }
}
