//! The orchestration of a Jumio transaction: what comes next, whatever dies in between.
//!
//! [`machine`] is a pure state machine: a state, an event and the time go in, the next state comes out. It does no I/O, never
//! reads a clock, and carries its own outbox, so that going on after a crash is "run what is pending". Behind the feature
//! `driver` stand the `FlowStore` trait with an in-memory store, and `Flows`, which runs flows over any
//! `jumio_transport::Transport`. Durable stores are in `jumio-store`; receiving callbacks is `jumio-callback`'s work.
//!
//! The default feature `connect` is the paved path, with reqwest and rustls:
//!
#![cfg_attr(feature = "connect", doc = "```no_run")]
#![cfg_attr(not(feature = "connect"), doc = "```ignore")]
//! use jumio_auth::Credentials;
//! use jumio_flow::machine::{Ending, Flow, Page, Spec};
//! use jumio_flow::{FlowKey, Flows, NewFlow, connect};
//! use jumio_model::endpoint::{Region, Site, UserAgent};
//! use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
//!
//! # async fn example(bytes: u64, sha256: [u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
//! let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0")?);
//! let credentials = Credentials::new("client id", "client secret".to_owned())?;
//! let flows = Flows::builder(connect(site, credentials)?.effects())
//!     .profile("eu") // and .store(…) of jumio-store, to outlive the process
//!     .build()?;
//!
//! let reference = CustomerInternalReference::new("order-17")?;
//! let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT)?;
//! let spec = Spec::upload(request, vec![Page::new("statement.pdf", Media::Pdf, bytes, sha256)])?;
//!
//! let key = FlowKey::new("order-17");
//! flows.start(NewFlow::new(key.clone(), "eu", Flow::new(spec))).await?; // idempotent by key
//! let record = flows.drive(&key).await?; // until it ends, or needs somebody
//! match record.flow.ending() {
//!     Some(Ending::Decided { details }) => println!("{:?}", details.outcome()),
//!     Some(ending) => println!("{}", ending.name()),
//!     None => println!("needs somebody: {:?}", record.flow.stalled()),
//! }
//! # Ok(())
//! # }
//! ```

pub mod machine;

#[cfg(feature = "driver")]
mod driver;
#[cfg(feature = "driver")]
mod feed;
#[cfg(feature = "driver")]
mod job;
#[cfg(feature = "driver")]
mod shared_pace;
#[cfg(feature = "driver")]
mod store;

#[cfg(feature = "driver")]
pub use driver::builder::FlowsBuilder;
#[cfg(feature = "driver")]
pub use driver::client_effects::ClientEffects;
#[cfg(feature = "driver")]
pub use driver::connect::{ApiClients, Connection};
#[cfg(feature = "connect")]
pub use driver::connect::{ConnectError, connect};
#[cfg(feature = "driver")]
pub use driver::effects::{Admission, Effects, UploadProgress};
#[cfg(feature = "driver")]
pub use driver::error::FlowError;
#[cfg(feature = "driver")]
pub use driver::flows::Flows;
#[cfg(feature = "driver")]
pub use driver::legal_hold::LegalHold;
#[cfg(feature = "driver")]
pub use driver::progress::Progress;
#[cfg(feature = "driver")]
pub use driver::sign_callback::SignCallbackUrl;
#[cfg(feature = "driver")]
pub use feed::channel::{OutcomePump, Received as ReceivedOutcome};
#[cfg(feature = "driver")]
pub use feed::drive::{Delivery, OutcomeFeed, OutcomeSink};
#[cfg(feature = "driver")]
pub use feed::hand_over::HandOver;
#[cfg(feature = "driver")]
pub use feed::signature::{SecretError, SigningSecret, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};
#[cfg(feature = "driver")]
pub use feed::webhook::{SignedWebhook, WebhookAddressError};
#[cfg(feature = "driver")]
pub use shared_pace::{PaceRates, SharedPace};
#[cfg(feature = "driver")]
pub use store::FlowStore;
#[cfg(feature = "driver")]
pub use store::bounds::{CLOCK_SLACK, LONGEST_LEASE, LONGEST_PUT_OFF};
#[cfg(feature = "driver")]
pub use store::codec::{CodecError, PlainText, StateCodec};
#[cfg(feature = "test-util")]
pub use store::conformance;
#[cfg(feature = "driver")]
pub use store::delete_files::DeleteFiles;
#[cfg(feature = "driver")]
pub use store::error::StoreError;
#[cfg(feature = "driver")]
pub use store::facts::{heeds_when_over, holds_subject, waits_to_open};
#[cfg(feature = "driver")]
pub use store::feed::{FeedEntry, FeedId, FeedStore, outcomes_of};
#[cfg(feature = "driver")]
pub use store::hint::{Delivered, Hint, HintAddress, HintId, MOST_HINTS_OF_ONE, MOST_UNBOUND_HINTS, StoredHint};
#[cfg(feature = "test-util")]
pub use store::interposed::{Interpose, Interposed};
#[cfg(feature = "driver")]
pub use store::keys::{CallbackKey, FlowKey, Owner};
#[cfg(feature = "driver")]
pub use store::lent::{CallbackToLend, LentCallback, LentStore, MOST_LENT_CALLBACKS};
#[cfg(feature = "driver")]
pub use store::memory::MemoryStore;
#[cfg(feature = "driver")]
pub use store::missed::{Missed, MissedCallbacks};
#[cfg(feature = "driver")]
pub use store::pace::{PaceStore, Rate};
#[cfg(feature = "driver")]
pub use store::purge::{Purge, PurgeGuard, Purged};
#[cfg(feature = "driver")]
pub use store::record::{Claim, Filter, FlowRecord, Inserted, Lease, Listed, NewFlow, Turn, Unreadable};
#[cfg(feature = "driver")]
pub use store::upkeep::{AuditEntry, Ended, EndedFlow, EndedPlace, UnboundHint, Upkeep};

/// The book's page, so that its examples run.
#[cfg(all(doctest, feature = "connect"))]
#[doc = include_str!("../../../docs/tokens.md")]
struct Tokens;
