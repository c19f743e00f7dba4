//! Any text, as a URL to which a credential may go: `url`, with which reqwest sends, must see a place of the site's own there.
#![no_main]

use std::sync::LazyLock;

use http::Uri;
use jumio_model::endpoint::{BaseUrl, Region, Site, UserAgent};
use libfuzzer_sys::fuzz_target;
use url::Url;

/// Scheme, host, port and the folder that must not be left, as `url` reads them.
type Place = (&'static str, &'static str, u16, &'static str);

struct Configured {
    site: Site,
    base: &'static str,
    own: &'static [Place],
    /// What the transaction token may go to besides.
    of_transactions: &'static [Place],
}

static SITES: LazyLock<[Configured; 3]> = LazyLock::new(|| {
    let agent = || UserAgent::new("Acme KYC/1.0").unwrap();
    let at = |base| Site::at(BaseUrl::parse(base).unwrap(), agent());
    [
        Configured {
            site: Site::region(Region::Eu, agent()).permitting_jumio_link(),
            base: "https://api.emea-1.jumio.ai",
            own: &[
                ("https", "auth.emea-1.jumio.ai", 443, ""),
                ("https", "account.emea-1.jumio.ai", 443, ""),
                ("https", "api.emea-1.jumio.ai", 443, ""),
                ("https", "retrieval.emea-1.jumio.ai", 443, ""),
                ("https", "status.emea-1.jumio.ai", 443, ""),
            ],
            of_transactions: &[("https", "api.emea-1.jumio.link", 443, "")],
        },
        Configured {
            site: at("https://gateway.example/jumio").permitting_jumio_link(),
            base: "https://gateway.example/jumio",
            own: &[("https", "gateway.example", 443, "/jumio")],
            of_transactions: &[],
        },
        Configured {
            site: at("http://127.0.0.1:8080"),
            base: "http://127.0.0.1:8080",
            own: &[("http", "127.0.0.1", 8080, "")],
            of_transactions: &[],
        },
    ]
});

fuzz_target!(|text: &str| {
    // As the line of a seed does.
    let text = text.strip_suffix('\n').unwrap_or(text);
    for configured in &*SITES {
        let (scheme, rest) = configured.base.split_once("://").unwrap();
        escapes_nowhere(configured, text);
        escapes_nowhere(configured, &[configured.base, text].concat());
        escapes_nowhere(configured, &[scheme, "://", text, "@", rest].concat());
    }
});

fn escapes_nowhere(Configured { site, own, of_transactions, .. }: &Configured, text: &str) {
    // As decorators ask of a request, however its URI was made.
    if let Ok(uri) = text.parse::<Uri>()
        && site.permits(&uri).is_ok()
    {
        assert!(goes_to(&uri.to_string(), own), "{uri} is permitted");
    }
    if site.permits_transaction_link(text).is_err() {
        assert!(site.permits_link(text).is_err(), "{text:?} is permitted to any credential");
        return;
    }
    let is_own = goes_to(text, own);
    assert!(is_own || goes_to(text, of_transactions), "{text:?} is permitted to the transaction token");
    assert!(is_own || site.permits_link(text).is_err(), "{text:?} is permitted");
}

fn goes_to(text: &str, places: &[Place]) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let below =
        |folder: &str| url.path().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is = |&(scheme, host, port, folder): &Place| {
        (url.scheme(), url.host_str(), url.port_or_known_default()) == (scheme, Some(host), Some(port)) && below(folder)
    };
    url.username().is_empty() && url.password().is_none() && places.iter().any(is)
}
