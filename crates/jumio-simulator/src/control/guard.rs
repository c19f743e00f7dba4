//! Who may call `/_sim/`: programs on this machine, and pages that the simulator itself served. Any page in any browser can
//! send requests to localhost, so the browser's own headers are looked at: `Host` (a name that was bound to 127.0.0.1 by
//! somebody else), `Origin` and `Sec-Fetch-Site` (a page of somebody else).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::connection::Peer;
use crate::problem::Refusal;
use crate::settings::Control;
use crate::shared::Shared;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets the call pass, or refuses it.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match check(shared.settings.control, peer.address.ip(), request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => Refusal::new(StatusCode::FORBIDDEN, why).into_response(),
    }
}

/// Pages of other sites may not call even where other machines may.
fn check(control: Control, caller: IpAddr, method: &Method, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    match control {
        Control::Nobody => return Err("the control API is off where other machines can reach the simulator"),
        Control::Local if !(caller.is_loopback() && is_local(host)) => {
            return Err("the control API is for this machine only");
        }
        Control::Local | Control::Open => {}
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        // What is read cannot be seen by another site's page: no answer here permits that (no CORS headers).
        return Ok(());
    }
    if text(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return Err("the control API is not for pages of other sites");
    }
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    if text(header::ORIGIN).is_some_and(|origin| !own(origin)) {
        return Err("the control API is not for pages of other sites");
    }
    Ok(())
}

/// Whether the name means this machine wherever it is looked up.
fn is_local(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().to_ascii_lowercase();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Control, HeaderMap, HeaderName, IpAddr, Method, check};

    const HERE: [u8; 4] = [127, 0, 0, 1];

    fn call(caller: [u8; 4], method: &Method, headers: &[(&'static str, &str)]) -> bool {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        check(Control::Local, IpAddr::from(caller), method, &headers).is_ok()
    }

    #[test]
    fn programs_and_own_pages_pass() {
        for host in ["127.0.0.1:8888", "localhost:8888", "[::1]:8888", "auth.localhost:8888"] {
            assert!(call(HERE, &Method::POST, &[("host", host)]), "{host}");
        }
        let own = [("host", "127.0.0.1:1"), ("origin", "http://127.0.0.1:1"), ("sec-fetch-site", "same-origin")];
        assert!(call(HERE, &Method::POST, &own));
    }

    #[test]
    fn other_machines_and_other_sites_do_not() {
        assert!(!call([10, 0, 0, 7], &Method::GET, &[("host", "127.0.0.1:1")]));
        assert!(!call(HERE, &Method::GET, &[("host", "rebound.example:1")]));
        assert!(!call(HERE, &Method::GET, &[]));
        let site = [("host", "127.0.0.1:1"), ("origin", "https://evil.example")];
        assert!(!call(HERE, &Method::POST, &site));
        assert!(!call(HERE, &Method::DELETE, &[("host", "127.0.0.1:1"), ("origin", "null")]));
        assert!(!call(HERE, &Method::POST, &[("host", "127.0.0.1:1"), ("sec-fetch-site", "cross-site")]));
        // Another port of this machine is another site, too.
        assert!(!call(HERE, &Method::POST, &[("host", "127.0.0.1:1"), ("origin", "http://127.0.0.1:2")]));
    }

    #[test]
    fn where_it_is_open_other_sites_are_still_kept_out() {
        let headers = |origin: &str| {
            let pairs = [("host", "jumio:8888"), ("origin", origin)];
            pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect::<HeaderMap>()
        };
        let far = IpAddr::from([10, 0, 0, 7]);
        assert!(check(Control::Open, far, &Method::POST, &headers("http://jumio:8888")).is_ok());
        assert!(check(Control::Open, far, &Method::POST, &headers("https://evil.example")).is_err());
    }
}
