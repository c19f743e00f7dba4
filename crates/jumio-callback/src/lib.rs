//! The door that Jumio knocks at: reads a callback, hands it on, and answers.
//!
//! Nobody signs a callback (protocol 6.4), so nothing here believes one. It is a hint that a transaction moved: the result
//! comes from retrieval, no URL from a payload is followed, and no call is made for a transaction that nobody asked about.
//! What keeps strangers out is a key in the URL's path, a new one for each transaction, or the list of addresses from which
//! Jumio calls ([`Sources`]).
//!
//! [`Receiver`] is the whole of it without a web framework: give it what came, as a [`Knock`], and send what it answers. A
//! [`Sink`] is where notifications go. Each feature adds one thing:
//!
//! | feature | adds |
//! |---|---|
//! | `tower` | the receiver as a `tower` service and layer |
//! | `axum` | an axum router around it |
//! | `server` | an accept loop with timers and limits, for any such service |
//! | `group-commit` | one commit for many callbacks |
//! | `signed-keys` | keys that are refused without a look at the store when they are not ours |
//! | `flow` | the flows of `jumio-flow` as a sink |
//!
//! ```
//! use std::sync::Mutex;
//!
//! use jumio_callback::{Accepted, Answer, Knock, Notification, Receiver, Sink, SinkError};
//!
//! #[derive(Default)]
//! struct Inbox(Mutex<Vec<String>>);
//!
//! #[async_trait::async_trait]
//! impl Sink for Inbox {
//!     async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
//!         if notification.key.as_deref() != Some("5ecre7") {
//!             return Ok(Accepted::NotForUs);
//!         }
//!         // Durable in real life: the answer tells Jumio that it need not come again.
//!         let mut seen = self.0.lock().map_err(|_| SinkError::new("the inbox is broken"))?;
//!         let identity = notification.identity();
//!         if seen.contains(&identity) {
//!             return Ok(Accepted::Duplicate);
//!         }
//!         seen.push(identity);
//!         Ok(Accepted::New)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let receiver = Receiver::new(Inbox::default());
//! let body = br#"{"callbackSentAt":"2026-01-02T03:14:05.000Z","workflowExecution":{"id":"w","status":"PROCESSED"}}"#;
//! assert_eq!(receiver.receive(Knock::new(body).with_key(Some("5ecre7"))).await, Answer::Stored);
//! assert_eq!(receiver.receive(Knock::new(body).with_key(Some("guess"))).await, Answer::Refused);
//! assert_eq!(receiver.receive(Knock::new(body)).await, Answer::Refused); // nobody was told to come without a key
//! # }
//! ```

#[cfg(feature = "axum")]
pub mod axum;
mod client_address;
mod counts;
#[cfg(feature = "flow")]
mod flow;
#[cfg(feature = "group-commit")]
mod group_commit;
mod knock;
#[cfg(feature = "flow")]
mod lending;
mod notification;
mod receiver;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "signed-keys")]
mod signed_keys;
mod sink;
mod sources;
#[cfg(feature = "tower")]
pub mod tower;

pub use counts::Counts;
#[cfg(feature = "flow")]
pub use flow::StoreSink;
#[cfg(feature = "group-commit")]
pub use group_commit::GroupCommit;
pub use knock::Knock;
#[cfg(feature = "flow")]
pub use lending::Lending;
pub use notification::Notification;
pub use receiver::{Answer, BODY_LIMIT, Receiver};
#[cfg(feature = "server")]
pub use server::{Limits, Server};
#[cfg(feature = "signed-keys")]
pub use signed_keys::{InvalidSecret, SignedKeys, SigningSecret, UnfitKey};
pub use sink::{Accepted, Sink, SinkError};
pub use sources::{PUBLISHED_AS_OF, Sources};

/// The book's page on callbacks, so that its examples run.
#[cfg(all(
    doctest,
    feature = "axum",
    feature = "flow",
    feature = "group-commit",
    feature = "server",
    feature = "signed-keys"
))]
#[doc = include_str!("../../../docs/receive-callbacks.md")]
struct ReceiveCallbacks;
