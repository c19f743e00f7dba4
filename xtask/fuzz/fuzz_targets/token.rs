//! Any bytes, as the token endpoint's reply: a token of a bounded lifetime or an error, and neither shows the token.
#![no_main]

use std::error::Error;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Response;
use jumio_auth::{AccessToken, AuthError, ClientCredentials, Credentials, TokenSource as _};
use jumio_model::TokenReply;
use jumio_model::endpoint::{Region, Site, UserAgent};
use jumio_transport::FnTransport;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

fuzz_target!(|body: &[u8]| {
    jumio_fuzz::reply::<TokenReply>(body);
    let secret = secret(body);
    for status in [200, 400, 503] {
        let shown = match fetched(status, body) {
            Ok(token) => {
                bounded(&token);
                assert!(format!("Bearer {}", token.expose()).as_bytes() == token.header().as_bytes());
                format!("{token:?} {:?}", token.header())
            }
            Err(error) => shown(&error),
        };
        assert!(!shown.contains('\n'));
        // A refusal is shown in the service's own words.
        assert!(status != 200 || secret.as_ref().is_none_or(|secret| !shown.contains(secret)), "it is shown");
    }
    // Any bytes as the claims of a token, too, since hardly any come about in base64.
    let jwt = format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(body));
    for expires_in in [None, Some(i64::MAX)] {
        bounded(&AccessToken::new(&jwt, expires_in).unwrap());
    }
});

fn fetched(status: u16, body: &[u8]) -> Result<AccessToken, AuthError> {
    let body = Bytes::copy_from_slice(body);
    let transport = FnTransport(move |_| {
        let body = body.clone();
        async move { Ok(Response::builder().status(status).body(body).unwrap()) }
    });
    let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
    RUNTIME.block_on(ClientCredentials::new(transport, &site, Credentials::new("id", "secret").unwrap()).fetch())
}

/// From ten seconds, so that no reply can turn every call into a login, to a day.
fn bounded(token: &AccessToken) {
    assert!((10..=86_400).contains(&token.lifetime().as_secs()), "{:?}", token.lifetime());
}

/// An error and its causes.
fn shown(error: &AuthError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" {error} {error:?}");
        cause = error.source();
    }
    text
}

/// The token in the body, if it is nothing that could be shown for another reason: long, one word, and in one place alone.
fn secret(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let token = value.get("access_token")?.as_str()?;
    let is_word = token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    (is_word && value.to_string().matches(token).count() == 1).then(|| token.to_owned())
}
