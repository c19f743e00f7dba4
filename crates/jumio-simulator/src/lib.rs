//! Jumio on localhost: the same paths, the same rules, the same callbacks, so that an integration can be tried without an
//! account, in any language.
//!
//! It is written from the reference and never from what a client does. Requests are parsed and replies written by code of
//! this crate alone: of `jumio-model` it takes the path templates and the code lists, so a mistake in our types cannot hide
//! by being made on both ends. Where Jumio's behavior is not known, one was chosen, and the code says so at that place.
//!
//! It plays the whole API for every workflow that the reference describes, and for those that a [`Scenario`] adds. What a
//! transaction comes to can be chosen: by a scenario file, by the Mock Service's JSON in `customerInternalReference`, or by
//! a mark such as `SIM:BLURRED` in what is uploaded. What nobody knows about Jumio is a named [`Variant`]. Every reply has the
//! header `x-simulated: SIMULATED`. It listens on 127.0.0.1 only.
//!
//! ```
//! use std::time::Duration;
//! use jumio_simulator::Simulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = Simulator::builder().processing_delay(Duration::ZERO).start().await?;
//! println!("{}/oauth2/token", simulator.base_url()); // all of Jumio's hosts are this one
//! assert!(simulator.transactions().is_empty());
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```

mod assessment;
mod builder;
mod callbacks;
mod clock;
mod connection;
mod control;
mod credential;
mod derived;
mod duration;
mod duration_text;
mod error;
mod faults;
mod inspector;
mod labels;
mod log;
mod made_up;
mod mark;
mod media;
mod mock_service;
mod page;
mod pdf_pages;
mod pixels;
mod plan;
mod problem;
pub mod program;
mod rate_limit;
mod record;
mod routes;
mod rules;
mod scenario;
mod server;
mod settings;
mod shared;
mod simulator;
mod sites;
mod store;
mod timers;
mod tokens;
mod transaction;
pub mod variants;
mod workflow;
mod world;

pub use builder::Builder;
pub use callbacks::{CallbackHref, CallbackOrder, CallbackStatuses, Callbacks};
pub use error::StartError;
pub use faults::{Fault, FaultKind, RetryAfter};
pub use log::{Message, RequestRecord, Requests};
pub use record::{CallRecord, CallbackRecord, TransactionRecord};
pub use scenario::{Scenario, ScenarioError};
pub use settings::{RateLimits, WebClient};
pub use simulator::Simulator;
pub use sites::Services;
pub use variants::{UnknownVariant, Variant};
