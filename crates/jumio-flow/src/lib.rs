//! The orchestration of a Jumio transaction: what comes next, whatever dies in between.
//!
//! [`machine`] is a pure state machine: a state, an event and the time go in, the next state comes out. It does no I/O, never
//! reads a clock, and carries its own outbox, so that going on after a crash is "run what is pending". Behind the feature
//! `driver` stand the `FlowStore` trait with an in-memory store, and `Flows`, which runs flows over any
//! `jumio_transport::Transport`. Durable stores are in `jumio-store`; receiving callbacks is `jumio-callback`'s work.

pub mod machine;

#[cfg(feature = "driver")]
mod driver;
#[cfg(feature = "driver")]
mod store;

#[cfg(feature = "driver")]
pub use driver::client_effects::ClientEffects;
#[cfg(feature = "connect")]
pub use driver::connect::{ConnectError, Connection, connect};
#[cfg(feature = "driver")]
pub use driver::effects::{Admission, Effects, UploadProgress};
#[cfg(feature = "driver")]
pub use driver::error::FlowError;
#[cfg(feature = "driver")]
pub use driver::flows::{Flows, FlowsBuilder};
#[cfg(feature = "driver")]
pub use driver::progress::Progress;
#[cfg(feature = "driver")]
pub use store::FlowStore;
#[cfg(feature = "driver")]
pub use store::codec::{CodecError, PlainText, StateCodec};
#[cfg(feature = "test-util")]
pub use store::conformance;
#[cfg(feature = "driver")]
pub use store::error::StoreError;
#[cfg(feature = "driver")]
pub use store::hint::{Delivered, Hint, HintAddress, HintId, MOST_UNBOUND_HINTS, StoredHint};
#[cfg(feature = "driver")]
pub use store::keys::{CallbackKey, FlowKey, Owner};
#[cfg(feature = "driver")]
pub use store::memory::MemoryStore;
#[cfg(feature = "driver")]
pub use store::record::{Claim, Filter, FlowRecord, Inserted, Lease, NewFlow, Turn};
