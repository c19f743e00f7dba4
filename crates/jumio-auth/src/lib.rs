//! Access tokens for Jumio: who fetches one, who keeps it, and who puts it on a call.
//!
//! [`ClientCredentials`] fetches a token for a client's id and secret, [`Cached`] keeps it until shortly before it ends, and
//! [`Authorized`] adds it to the calls that need it. Each stands on a trait of its own ([`TokenSource`], [`TokenProvider`],
//! [`Transport`](jumio_transport::Transport)), so each can be replaced alone.
//!
//! The *transaction* tokens of uploads and finalize are another kind and none of this crate's business:
//! `jumio-transport`'s client adds them, and they are never refreshed. Nothing here reads the environment, and no file but the one
//! that a `FileTokenStore` is given.
//!
//! ```
//! use bytes::Bytes;
//! use jumio_auth::{Authorized, Cached, ClientCredentials, Credentials};
//! use jumio_model::api::GetStatus;
//! use jumio_model::endpoint::{Region, Site, UserAgent};
//! use jumio_model::{AccountId, WorkflowExecutionId};
//! use jumio_transport::{Client, FnTransport};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In your code: `AttemptTimeout::new(ReqwestTransport::new()?)`, or your own transport.
//! let mine = FnTransport(|request: http::Request<_>| async move {
//!     Ok(http::Response::new(Bytes::from_static(match request.uri().path() {
//!         "/oauth2/token" => br#"{"access_token":"abc","expires_in":3600,"token_type":"Bearer"}"#,
//!         _ if request.headers()["authorization"] == "Bearer abc" =>
//!             br#"{"account":{"id":"a"},"workflowExecution":{"id":"w","status":"PROCESSED"}}"#,
//!         _ => b"who are you?",
//!     })))
//! });
//!
//! let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0")?);
//! let tokens = Cached::new(ClientCredentials::new(mine, &site, Credentials::new("id", "secret")?));
//! let client = Client::new(site.clone(), Authorized::new(mine, tokens, &site));
//!
//! let call = GetStatus::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
//! assert_eq!(client.send(&call).await?.workflow_execution.id.as_str(), "w");
//! # Ok(())
//! # }
//! ```

mod access_token;
mod authorized;
mod cached;
mod client_credentials;
mod clock;
mod credentials;
mod error;
mod header;
mod lifetime;
mod provider;
mod secrets;
mod source;
mod static_token;
mod store;

pub use access_token::AccessToken;
pub use authorized::Authorized;
pub use cached::Cached;
pub use client_credentials::ClientCredentials;
pub use clock::{Clock, CoarseClock, TokioClock};
pub use credentials::{Credentials, InvalidCredentials};
pub use error::AuthError;
#[cfg(any(test, feature = "test-util"))]
pub use provider::MockTokenProvider;
pub use provider::TokenProvider;
pub use secrets::{FnSecretSource, SecretSource};
#[cfg(any(test, feature = "test-util"))]
pub use source::MockTokenSource;
pub use source::{FnTokenSource, TokenSource};
pub use static_token::StaticToken;
#[cfg(feature = "file-store")]
pub use store::FileTokenStore;
pub use store::{MemoryTokenStore, StoredToken, TokenKey, TokenSlot, TokenStore};
