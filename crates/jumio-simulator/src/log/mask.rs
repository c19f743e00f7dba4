//! Takes secrets and personal data out of what is shown: tokens in headers, addresses and bodies, the client secret, what
//! prepared data says of a person.

use axum::http::{HeaderName, Uri, header};
use serde_json::{Map, Value};

const MASK: &str = "***";

/// Members that hold a secret wherever they stand.
const SECRETS: &[&str] =
    &["access_token", "authorizationToken", "client_assertion", "client_secret", "password", "refresh_token", "token"];

/// Members that are about a person wherever they stand (protocol 3.4).
const PERSONAL: &[&str] = &["userIp"];

/// Parameters of addresses whose values say nothing secret (protocol 10.1, 10.2); every other one may.
const OPEN_PARAMETERS: &[&str] = &[
    "accountId",
    "acquisitionStatus",
    "after",
    "baseUrl",
    "customerInternalReference",
    "errorCode",
    "linked",
    "locale",
    "publicErrorCode",
    "transactionStatus",
    "workflowExecutionId",
];

/// A header's value.
pub(super) fn header(name: &HeaderName, value: &str) -> String {
    if *name == header::AUTHORIZATION || *name == header::PROXY_AUTHORIZATION {
        // The scheme is half of what goes wrong with this header.
        return value.split_once(' ').map_or(MASK.to_owned(), |(scheme, _)| format!("{scheme} {MASK}"));
    }
    if *name == header::COOKIE || *name == header::SET_COOKIE {
        return MASK.to_owned();
    }
    url(value)
}

/// Path and query of a request.
pub(super) fn path(uri: &Uri) -> String {
    url(uri.path_and_query().map_or(uri.path(), |path| path.as_str()))
}

/// An address; any other text stays as it is.
pub(crate) fn url(text: &str) -> String {
    let is_address = ["https://", "http://", "/"].iter().any(|start| text.starts_with(start));
    let Some((address, query)) = text.split_once('?').filter(|_| is_address) else {
        return text.to_owned();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if !OPEN_PARAMETERS.contains(&name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{address}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// A form's fields as an object.
pub(super) fn form(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?;
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let fields: Map<String, Value> = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
    Some(Value::Object(fields)).filter(|fields| fields.as_object().is_some_and(|fields| !fields.is_empty()))
}

/// Everything secret in a body.
pub(super) fn json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRETS.iter().chain(PERSONAL).any(|secret| secret.eq_ignore_ascii_case(name)) {
                    hide(member);
                } else {
                    json(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(text) => *text = url(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every value, so that only the members' names are left: prepared data is all about a person (protocol 4.4).
pub(super) fn persons(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(persons),
        Value::Array(items) => items.iter_mut().for_each(persons),
        Value::Null => {}
        leaf => hide(leaf),
    }
}

fn hide(value: &mut Value) {
    *value = Value::String(MASK.to_owned());
}

#[cfg(test)]
mod tests {
    use axum::http::header::{ACCEPT, AUTHORIZATION};
    use serde_json::json;

    use super::{form, header, json as mask, persons, url};

    #[test]
    fn headers_keep_their_scheme() {
        assert_eq!(header(&AUTHORIZATION, "Bearer abc.def"), "Bearer ***");
        assert_eq!(header(&AUTHORIZATION, "abc.def"), "***");
        assert_eq!(header(&ACCEPT, "application/json"), "application/json");
    }

    #[test]
    fn addresses_keep_what_is_known_to_be_open() {
        assert_eq!(
            url("https://x.example/web/client?authorizationToken=abc&locale=de"),
            "https://x.example/web/client?authorizationToken=***&locale=de"
        );
        assert_eq!(url("http://127.0.0.1:4000/cb?key=s3cret"), "http://127.0.0.1:4000/cb?key=***");
        assert_eq!(url("is this secret?a=b"), "is this secret?a=b");
    }

    #[test]
    fn bodies_lose_their_secrets_and_keep_the_rest() {
        let mut body = json!({
            "sdk": { "token": "abc" },
            "web": { "href": "https://x.example/?authorizationToken=abc" },
            "credentials": [{ "api": { "token": "abc", "parts": { "document": "https://x.example/parts" } } }],
            "expires_in": 3600,
        });
        mask(&mut body);
        let expected = json!({
            "sdk": { "token": "***" },
            "web": { "href": "https://x.example/?authorizationToken=***" },
            "credentials": [{ "api": { "token": "***", "parts": { "document": "https://x.example/parts" } } }],
            "expires_in": 3600,
        });
        assert_eq!(body, expected);
        let mut fields = form(b"grant_type=client_credentials&client_secret=abc").unwrap();
        mask(&mut fields);
        assert_eq!(fields, json!({ "grant_type": "client_credentials", "client_secret": "***" }));
    }

    #[test]
    fn of_a_person_only_the_names_of_members_are_left() {
        let mut data = json!({ "firstName": "A", "address": { "line1": "B" }, "none": null });
        persons(&mut data);
        assert_eq!(data, json!({ "firstName": "***", "address": { "line1": "***" }, "none": null }));
    }
}
