//! The token call (protocol 2.1): client credentials in, access token out.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Form, FromRequest as _};
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::call::Call;
use super::reply;
use super::table::Answer;
use crate::problem::Refusal;
use crate::shared::ACCESS_TOKEN;
use crate::variants::TokenRefusal;

pub(super) async fn exchange(call: Arc<Call>) -> Answer {
    let form = form(&call).await?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(bad("unsupported_grant_type", "grant_type must be client_credentials"));
        }
        None => return Err(bad("invalid_request", "grant_type is missing")),
    }
    let (id, secret) = credentials(&call, &form)?;
    if id != call.shared.client_id || secret != call.shared.client_secret {
        // behavior: wrong client credentials are 401, as OAuth 2 asks for; Jumio prints 400 or 403 without saying which is which | protocol 2.1, 9.2 | chosen
        let status = match call.shared.settings.variants.token_refusal {
            TokenRefusal::Unauthorized => StatusCode::UNAUTHORIZED,
            TokenRefusal::BadRequest => StatusCode::BAD_REQUEST,
            TokenRefusal::Forbidden => StatusCode::FORBIDDEN,
        };
        return Err(Refusal::oauth(status, "invalid_client", "the client credentials are not valid"));
    }
    let token =
        call.shared.access_token().map_err(|error| Refusal::internal(format!("cannot keep the token: {error}")))?;
    // behavior: expires_in is 3600 for an aged token, too: what counts is the token's own exp | protocol 2.1, 11 | inferred
    let reply = json!({
        "access_token": token,
        "expires_in": ACCESS_TOKEN.as_secs(),
        "token_type": "Bearer",
    });
    Ok(reply::json(&call, None, StatusCode::OK, reply))
}

async fn form(call: &Call) -> Result<HashMap<String, String>, Refusal> {
    Form::from_request(call.request(), &()).await.map(|Form(form)| form).map_err(|_| {
        bad("invalid_request", "the body must be a form, with Content-Type application/x-www-form-urlencoded")
    })
}

/// HTTP Basic as documented, or form fields, which worked live.
// behavior: the client authenticates with HTTP Basic | protocol 2.1 | documented
// behavior: the one client may start, retrieve and delete: what a call without the permission is answered is not known | protocol 2.1 | chosen
// behavior: client_id and client_secret as form fields are taken, too | protocol 2.1 | observed
fn credentials(call: &Call, form: &HashMap<String, String>) -> Result<(String, String), Refusal> {
    if let Some(value) = call.header(&header::AUTHORIZATION) {
        return basic(value).ok_or_else(|| bad("invalid_request", "the Authorization header is not HTTP Basic"));
    }
    match (form.get("client_id"), form.get("client_secret")) {
        (Some(id), Some(secret)) => Ok((id.clone(), secret.clone())),
        _ => Err(bad("invalid_request", "the client credentials are missing")),
    }
}

pub(super) fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

// behavior: a token request without grant_type or credentials, with another grant or another content type, is 400 in OAuth 2's form | protocol 2.1 | inferred
fn bad(error: &'static str, detail: &str) -> Refusal {
    Refusal::oauth(StatusCode::BAD_REQUEST, error, detail)
}
