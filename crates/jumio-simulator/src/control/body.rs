//! The JSON body of a control call. Without one it is an empty object.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use serde::de::DeserializeOwned;

use crate::problem::Refusal;

/// No control call is nearly as long.
const LONGEST: usize = 1024 * 1024;

/// A body of this shape.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let is_json = kind.starts_with(b"application/json");
        let bytes = axum::body::to_bytes(request.into_body(), LONGEST)
            .await
            .map_err(|_| Refusal::bad_request("the body is cut or too long"))?;
        // A form of another site's page can send other types without asking first.
        if !bytes.is_empty() && !is_json {
            return Err(Refusal::bad_request("Content-Type must be application/json"));
        }
        let text = if bytes.is_empty() { &b"{}"[..] } else { &bytes[..] };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| Refusal::bad_request(format!("the body is not valid: {error}")))
    }
}
