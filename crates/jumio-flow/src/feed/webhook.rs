//! Outcomes as signed webhooks to the application's own address.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use jumio_model::endpoint::Body;
use jumio_transport::Transport;
use serde::Serialize;

use super::drive::{Delivery, OutcomeSink};
use super::signature::{SigningSecret, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};
use crate::machine::Ending;

/// What the body's `type` says.
const TYPE: &str = "flow.outcome";

/// The body. Nothing of a person is in it: who needs the result asks for the flow.
#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    flow: &'a str,
    profile: &'a str,
    sequence: u32,
    ending: Option<&'static str>,
}

/// Posts each outcome to one address, signed after Standard Webhooks 1.0. Any answer with a status of 2xx acknowledges it.
///
/// The body is `{"type":"flow.outcome","timestamp":…,"data":{"flow":…,"profile":…,"sequence":…,"ending":…}}`. The header
/// `webhook-id` is [`Delivery::id`]: whoever receives remembers it, to count each once.
pub struct SignedWebhook {
    transport: Arc<dyn Transport>,
    to: Uri,
    secret: SigningSecret,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl SignedWebhook {
    /// Posts over this transport, which should have a timeout and must follow no redirect.
    ///
    /// # Errors
    ///
    /// [`WebhookAddressError`] where the address is not `https` (or `http` on this machine), or has a user or a password.
    pub fn new(
        transport: impl Transport + 'static,
        address: &str,
        secret: SigningSecret,
    ) -> Result<Self, WebhookAddressError> {
        let to = safe_address(address)?;
        Ok(Self { transport: Arc::new(transport), to, secret, clock: Arc::new(Utc::now) })
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn request(&self, outcome: &Delivery) -> Result<Request<Body>, Box<dyn Error + Send + Sync>> {
        let Delivery { entry, record } = outcome;
        let now = (self.clock)();
        let data = Data {
            flow: entry.key.as_str(),
            profile: &entry.profile,
            sequence: entry.sequence,
            ending: record.flow.ending().map(Ending::name),
        };
        let body = serde_json::to_vec(&Message { r#type: TYPE, timestamp: entry.at, data })?;
        let id = outcome.id();
        let signature = self.secret.sign(&id, now, &body);
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.to.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(WEBHOOK_ID, id)
            .header(WEBHOOK_TIMESTAMP, now.timestamp())
            .header(WEBHOOK_SIGNATURE, signature);
        Ok(request.body(Body::from(body))?)
    }
}

/// An address that callers' words may be posted to.
pub(super) fn safe_address(address: &str) -> Result<Uri, WebhookAddressError> {
    let to: Uri = address.parse().map_err(|_| WebhookAddressError)?;
    let is_local = matches!(to.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_safe = to.scheme_str() == Some("https") || (to.scheme_str() == Some("http") && is_local);
    // Nothing before the host, and nothing between it and the port that others might read otherwise.
    let is_plain = to.authority().is_some_and(|authority| match authority.port_u16() {
        Some(port) => authority.as_str() == format!("{}:{port}", authority.host()),
        None => authority.as_str() == authority.host(),
    });
    if is_safe && is_plain { Ok(to) } else { Err(WebhookAddressError) }
}

impl fmt::Debug for SignedWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedWebhook").field("host", &self.to.host()).finish_non_exhaustive()
    }
}

#[async_trait]
impl OutcomeSink for SignedWebhook {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        let response = self.transport.send(self.request(outcome)?).await?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("the application answered {status}").into()) }
    }
}

/// An address that no webhook may go to. It does not show the address: its path may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookAddressError;

impl fmt::Display for WebhookAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a webhook's address must be https, or http on this machine, and have no user or password")
    }
}

impl Error for WebhookAddressError {}
