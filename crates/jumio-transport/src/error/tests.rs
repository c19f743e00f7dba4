//! What an error says, and what it never shows.

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
