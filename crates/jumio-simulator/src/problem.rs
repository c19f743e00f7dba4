//! Refusals: Jumio's problem body (protocol 9.1), and the other form that the token endpoint uses.

use axum::http::header::ALLOW;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use serde_json::json;

/// A call that is refused. Nothing of what it asked was done.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Problem,
    OAuth(&'static str),
    WrongVerb(String),
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), form: Form::Problem }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The official sample of a 401 (OAS-R).
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "The provided credentials are invalid")
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} was not found"))
    }

    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("more than {limit} bytes"))
    }

    /// The token endpoint's own form. Jumio prints none; this is what OAuth 2 (RFC 6749, 5.2) asks for: inference
    /// (protocol 2.1).
    pub(crate) fn oauth(status: StatusCode, error: &'static str, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), form: Form::OAuth(error) }
    }

    /// The path is right and the verb is not: `Allow`, and a body with nothing but `detail`, as seen live (protocol 9.1).
    pub(crate) fn wrong_verb(verb: &str, allow: String) -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            detail: format!("Method '{verb}' is not supported."),
            form: Form::WrongVerb(allow),
        }
    }

    /// The simulator itself failed.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        let body = match self.form {
            Form::Problem => json!({
                "title": self.status.canonical_reason().unwrap_or("Error"),
                "status": self.status.as_u16(),
                "detail": self.detail,
            }),
            Form::OAuth(error) => json!({ "error": error, "error_description": self.detail }),
            Form::WrongVerb(allow) => {
                if let Ok(allow) = HeaderValue::try_from(allow) {
                    headers.insert(ALLOW, allow);
                }
                json!({ "detail": self.detail })
            }
        };
        (self.status, headers, Json(body)).into_response()
    }
}
