//! Where a credential may go, as two parsers of URLs see it: `http`'s, with which it is checked, and `url`'s, with which reqwest sends.

use jumio_model::endpoint::{Region, Site, UserAgent};
use proptest::prelude::*;
use reqwest::Url;

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

const OWN: [&str; 5] = ["auth", "account", "api", "retrieval", "status"];

/// Whether this is one of Jumio's own places of the region, by the parser that the request goes out with.
fn is_own(url: &Url) -> bool {
    let own = |host: &str| OWN.iter().any(|name| host == format!("{name}.emea-1.jumio.ai"));
    url.scheme() == "https"
        && url.host_str().is_some_and(own)
        && url.port_or_known_default() == Some(443)
        && url.username().is_empty()
        && url.password().is_none()
}

/// Proves S1.
#[test]
fn only_jumios_own_places_of_the_region_are_permitted() {
    let site = site();
    let (mut permitted, mut refused) = (0, 0);
    for scheme in ["https", "HTTPS", "http", "ftp", "wss"] {
        for host in [
            "auth.emea-1.jumio.ai",
            "account.emea-1.jumio.ai",
            "api.emea-1.jumio.ai",
            "API.EMEA-1.Jumio.AI",
            "retrieval.emea-1.jumio.ai",
            "status.emea-1.jumio.ai",
            "api.amer-1.jumio.ai",
            "api.apac-1.jumio.ai",
            "api.emea-1.jumio.link",
            "api.emea-1.jumio.ai.evil.example",
            "evil.example",
            "api.emea-1.jumio.ai.",
            "xapi.emea-1.jumio.ai",
            "api-emea-1.jumio.ai",
            "jumio.ai",
            "127.0.0.1",
            "10.0.0.1",
            "[::ffff:10.0.0.1]",
            "0x7f.1",
            "user@api.emea-1.jumio.ai",
            "user:secret@api.emea-1.jumio.ai",
            "api.emea-1.jumio.ai@evil.example",
            "api.emea-1.jumio.ai:[]evil.example",
        ] {
            for port in ["", ":443", ":80", ":8443", ":0", ":65536", ":99999", ":abc", ":"] {
                let text = format!("{scheme}://{host}{port}/api/v1/accounts");
                let own = Url::parse(&text).is_ok_and(|url| is_own(&url));
                // An empty port is the default one, and still nothing that Jumio writes.
                let expected = own && port != ":";
                assert_eq!(site.permits_link(&text).is_ok(), expected, "{text}");
                if expected { permitted += 1 } else { refused += 1 }
            }
        }
    }
    assert!(permitted == 2 * 6 * 2 && refused > 900, "{permitted} {refused}");
}

/// Texts of the stuff that URLs are made of, and of what parsers quarrel about.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://".to_owned()),
        Just("api.emea-1.jumio.ai".to_owned()),
        Just("evil.example".to_owned()),
        prop::sample::select(vec![
            "@",
            ":",
            "/",
            "\\",
            "?",
            "#",
            "%",
            ".",
            "//",
            ":443",
            ":8443",
            "%2e",
            "%2f",
            "%40",
            "[",
            "]",
            "::1",
            "..",
            ";",
            "\t",
            "\n",
            " ",
            "\u{ff0e}",
            "\u{3002}",
            "\u{430}",
            "http:",
            "https:",
            "127.0.0.1",
            "localhost",
            "jumio.ai",
            "emea-1",
            "user",
        ])
        .prop_map(str::to_owned),
        "[a-z0-9.:@/\\\\?#%_-]{0,6}",
    ];
    let pieces = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    ("(https?:/{0,3})?", pieces).prop_map(|(scheme, rest)| scheme + &rest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Proves S1.
    #[test]
    fn both_parsers_agree_on_host_and_port_or_the_url_is_refused(
        text in text(), path in "[a-z/.%2ef;?#@:\\\\]{0,12}", tail in "[@:.\\\\/?#a-z0-9]{0,6}",
    ) {
        let site = site();
        for text in [&text, &format!("https://api.emea-1.jumio.ai{tail}/{path}"), &format!("https://{text}@api.emea-1.jumio.ai/{path}")] {
            if site.permits_link(text).is_ok() {
                let url = Url::parse(text);
                prop_assert!(url.as_ref().is_ok_and(is_own), "{text:?} is permitted and goes to {url:?}");
            }
        }
    }
}
