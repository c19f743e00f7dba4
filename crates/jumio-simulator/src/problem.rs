//! Refusals: Jumio's problem body (protocol 9.1), and the other form that the token endpoint uses.

use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use serde_json::json;

use crate::variants::ErrorBody;

/// A call that is refused. Nothing of what it asked was done.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    form: Form,
    retry_after: Option<String>,
}

#[derive(Debug)]
enum Form {
    Problem,
    OAuth(&'static str),
    WrongVerb(String),
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), form: Form::Problem, retry_after: None }
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
        Self { status, detail: detail.into(), form: Form::OAuth(error), retry_after: None }
    }

    /// The path is right and the verb is not: `Allow`, and a body with nothing but `detail`, as seen live (protocol 9.1).
    pub(crate) fn wrong_verb(verb: &str, allow: String) -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            detail: format!("Method '{verb}' is not supported."),
            form: Form::WrongVerb(allow),
            retry_after: None,
        }
    }

    /// The simulator itself failed.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

impl Refusal {
    /// Says when to come again.
    pub(crate) fn with_retry_after(self, value: String) -> Self {
        Self { retry_after: Some(value), ..self }
    }

    /// The response with a body of this form.
    // behavior: a refusal is JSON with title, status and detail; message, OAuth 2's form, text, HTML and nothing are to be expected, too | protocol 9.1 | observed
    pub(crate) fn render(self, form: ErrorBody) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut headers = HeaderMap::new();
        if let Form::WrongVerb(allow) = &self.form
            && let Ok(allow) = HeaderValue::try_from(allow)
        {
            headers.insert(ALLOW, allow);
        }
        if let Some(retry_after) = &self.retry_after
            && let Ok(retry_after) = HeaderValue::try_from(retry_after)
        {
            headers.insert(RETRY_AFTER, retry_after);
        }
        let body = match (form, self.form) {
            (ErrorBody::Problem, Form::Problem) => {
                json!({ "title": title, "status": self.status.as_u16(), "detail": self.detail })
            }
            (ErrorBody::Problem, Form::WrongVerb(_)) => json!({ "detail": self.detail }),
            (ErrorBody::Problem | ErrorBody::OAuth, Form::OAuth(error)) => {
                json!({ "error": error, "error_description": self.detail })
            }
            (ErrorBody::OAuth, _) => json!({ "error": "invalid_request", "error_description": self.detail }),
            (ErrorBody::Message, _) => json!({ "message": self.detail }),
            (ErrorBody::Text, _) => return (self.status, headers, self.detail).into_response(),
            (ErrorBody::Html, _) => {
                let page = format!("<html>\n<head><title>{} {title}</title></head>\n</html>\n", self.status.as_u16());
                return (self.status, headers, Html(page)).into_response();
            }
            (ErrorBody::Empty, _) => return (self.status, headers).into_response(),
        };
        (self.status, headers, Json(body)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.render(ErrorBody::Problem)
    }
}
