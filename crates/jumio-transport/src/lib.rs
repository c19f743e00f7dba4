//! Who *sends* a call: one object-safe trait, decorators over it, and a typed client on top.
//!
//! [`Transport`] takes an [`http::Request`] and gives an [`http::Response`]. Implement it over the HTTP stack that you have,
//! wrap a closure in [`FnTransport`], or switch on the feature `reqwest-0-13` and take `ReqwestTransport`. A decorator, such
//! as [`AttemptTimeout`], is a transport around a transport. [`Client`] sends the calls of `jumio-model` through it.
//!
//! What a call *is* belongs to `jumio-model`; access tokens are the work of `jumio-auth`, and what comes next is
//! `jumio-flow`'s. The decorators that wait ([`Deadline`], [`Retry`], [`Pace`], [`AttemptTimeout`]) need a tokio runtime with its timer,
//! and panic without one. This crate reads no environment and no file but those that a request's body names.
//!
//! ```
//! use bytes::Bytes;
//! use jumio_model::api::GetHealth;
//! use jumio_model::endpoint::{Region, Site, UserAgent};
//! use jumio_transport::{Client, FnTransport};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mine = FnTransport(|request: http::Request<_>| async move {
//!     assert_eq!(request.uri(), "https://status.emea-1.jumio.ai/");
//!     Ok(http::Response::new(Bytes::from(r#"{"status":"UP"}"#))) // from your HTTP stack
//! });
//! let client = Client::new(Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0")?), mine);
//! assert_eq!(client.send(&GetHealth::new()).await?.status.as_str(), "UP");
//! # Ok(())
//! # }
//! ```

mod attempt_timeout;
mod blocking;
mod call_error;
mod call_options;
mod client;
mod deadline;
mod download;
mod error;
#[cfg(any(test, feature = "test-util"))]
mod fault;
mod fn_transport;
mod minimum_speed;
mod pace;
mod progress;
mod reply;
#[cfg(feature = "reqwest-0-13")]
mod reqwest_0_13;
mod retry;
mod send_body;
mod sendings;
#[cfg(feature = "tower")]
mod service_transport;
mod trace;
mod transfer;
mod transport;

pub use attempt_timeout::AttemptTimeout;
pub use call_error::{CallError, ForeignReply};
pub use call_options::{CallOptions, ReplyCeiling};
pub use client::Client;
pub use deadline::{CallDeadline, Deadline};
pub use download::{DEFAULT_DOWNLOAD_CEILING, Downloaded};
pub use error::{HeldBack, TransportError, TransportErrorKind};
#[cfg(any(test, feature = "test-util"))]
pub use fault::{Fault, Mishap};
pub use fn_transport::FnTransport;
pub use minimum_speed::MinimumSpeed;
pub use pace::{Limit, Limits, Pace, Pacer, Priority};
pub use progress::Progress;
pub use reply::{DEFAULT_REPLY_CEILING, ReplyReader};
#[cfg(feature = "reqwest-0-13")]
pub use reqwest_0_13::{ReqwestBuilder, ReqwestTransport, SetupError};
pub use retry::{Retry, RetryPolicy, RetryQuota};
pub use send_body::{BodyError, BodyErrorKind, SendBody, read_all};
pub use sendings::{Attempt, Sendings};
#[cfg(feature = "tower")]
pub use service_transport::ServiceTransport;
pub use trace::{METRICS, Trace};
#[cfg(any(test, feature = "test-util"))]
pub use transport::MockTransport;
pub use transport::Transport;

/// The book's page, so that its examples run.
#[cfg(all(doctest, feature = "rustls-ring", feature = "tower"))]
#[doc = include_str!("../../../docs/bring-your-own-http.md")]
struct BringYourOwnHttp;
