//! Which URLs may see a credential.

use super::{Access, BaseUrl, NotAllowedReason as Reason, Region, Role, Site, UserAgent};
use crate::endpoint::path::Template;

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
    assert_eq!(base.join(&Template::of("/api/v1/accounts"), &[]).unwrap(), "http://127.0.0.1:9/jumio/api/v1/accounts");
    let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap())
        .with_base(Role::Api, BaseUrl::parse("https://api.example.com").unwrap());
    assert_eq!(site.base(Role::Api).to_string(), "https://api.example.com");
    assert_eq!(site.base(Role::Auth).to_string(), "http://127.0.0.1:9/jumio");
    for bad in
        ["", "api.example.com", "http://example.com", "https://a.example/?x", "https://a.example/#x", "https://1.2.3.4"]
    {
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
