//! The door that Jumio knocks at: reads a callback, hands it on, and answers.
//!
//! Nobody signs a callback (protocol 6.4), so nothing here believes one. It is a hint that a transaction moved: the result
//! comes from retrieval, no URL from a payload is followed, and no call is made for a transaction that nobody asked about.
//! What keeps strangers out is a key in the URL's path, a new one for each transaction.
//!
//! [`Receiver`] is the whole of it without a web framework: give it the key and the body, and send what it answers. A
//! [`Sink`] is where notifications go. With the feature `axum` there is a router around it, and with `flow` the flows of
//! `jumio-flow` are a sink.
//!
//! ```
//! use std::sync::Mutex;
//!
//! use jumio_callback::{Accepted, Answer, Notification, Receiver, Sink, SinkError};
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
//! assert_eq!(receiver.receive(Some("5ecre7"), body).await, Answer::Stored);
//! assert_eq!(receiver.receive(Some("guess"), body).await, Answer::Refused);
//! # }
//! ```

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "flow")]
mod flow;
mod notification;
mod receiver;
mod sink;

#[cfg(feature = "flow")]
pub use flow::StoreSink;
pub use notification::Notification;
pub use receiver::{Answer, BODY_LIMIT, Receiver};
pub use sink::{Accepted, Sink, SinkError};
