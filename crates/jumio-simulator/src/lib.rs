//! Jumio on localhost: the same paths, the same rules, the same callbacks, so that an integration can be tried without an
//! account, in any language.
//!
//! It is written from the reference and never from what a client does. Requests are parsed and replies written by code of
//! this crate alone: of `jumio-model` it takes the path templates and the code lists, so a mistake in our types cannot hide
//! by being made on both ends. Where Jumio's behavior is not known, one was chosen, and the code says so at that place.
//!
//! What it plays now: workflow 10170 (Doc Proof) over the API channel and through a small hosted page. Every reply has the
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

mod builder;
mod callbacks;
mod clock;
mod connection;
mod error;
mod faults;
mod media;
mod page;
mod problem;
mod record;
mod routes;
mod rules;
mod server;
mod settings;
mod shared;
mod simulator;
mod store;
mod timers;
mod tokens;
mod transaction;
mod world;

pub use builder::Builder;
pub use error::StartError;
pub use faults::{Fault, FaultKind};
pub use record::{CallRecord, CallbackRecord, TransactionRecord};
pub use settings::{Callbacks, WebClient};
pub use simulator::Simulator;
