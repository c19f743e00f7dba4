//! The pure state machine. Time is an argument; nothing here waits, sends, or draws a random number.
//!
//! ```text
//!  Opening ──► Collecting ──► Finalizing ──► AwaitingResult ──► Fetching ──► Ended ──► (keep, erase)
//!     │             └─────► AwaitingExpiry ──────────▲ │ (in doubt)
//!     └──────────────► AwaitingPerson ───────────────┘ (hosted page, SDK)
//! ```
//!
//! A host holds a [`Flow`], feeds it with [`step`] and runs what is [`pending`](Flow::pending):
//!
//! 1. `pending` holds an operation: record [`Event::Begin`] durably, run it, feed [`Event::Done`].
//! 2. otherwise sleep until [`due`](Flow::due), or until a callback, and feed [`Event::Due`] or [`Event::Hint`].
//!
//! An operation that was begun and never done is found again after a crash. A repeatable one is run again; one that may be
//! done once only is reported as [`Done::Unknown`], and the machine parks rather than repeats it.
//!
//! ```
//! use jumio_flow::machine::{Certainty, Done, Event, Failure, Flow, Spec, read, step, write};
//! use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = chrono::DateTime::UNIX_EPOCH;
//! let reference = CustomerInternalReference::new("order-17")?;
//! let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT)?;
//! let mut flow = Flow::new(Spec::person(request));
//!
//! let id = flow.pending().map(|pending| pending.id).ok_or("nothing to do")?;
//! step(&mut flow, Event::Begin { id }, now);
//! let saved = write(&flow)?; // durable before the call is sent; here the process dies
//!
//! let mut flow = read(&saved)?;
//! let pending = flow.pending().ok_or("nothing to do")?;
//! assert!(pending.begun && pending.op.is_once()); // so nobody knows, and nobody sends it again
//! let failure = Failure::new(Certainty::Unknown, pending.op.name(), "the process died during the call");
//! step(&mut flow, Event::Done { id, done: Done::Unknown { failure, received: None } }, now);
//! assert_eq!(flow.ending().map(|ending| ending.name()), Some("account_unknown"));
//! # Ok(())
//! # }
//! ```

mod attempts;
mod ending;
mod event;
mod explain;
mod failure;
mod flow;
mod history;
mod keep;
mod keep_next;
mod link;
mod moment;
mod op;
mod outcome;
mod policy;
mod received;
mod saved;
mod spec;
mod step;
mod step_done;
mod step_end;
mod step_wait;
mod transaction;
mod verdict;

pub use ending::Ending;
pub use event::{Done, Event, Reply, Resolution, Told};
pub use failure::{Certainty, Failure};
pub use flow::{Due, Flow, Pending, Phase};
pub use history::{ReplacedTransaction, StrayTransaction};
pub use keep::{Keep, Kept, KeptFile};
pub use keep_next::PartName;
pub use link::Link;
pub use moment::{Moment, MomentKind, TransactionMoment};
pub use op::Op;
pub use outcome::{By, Outcome};
pub use policy::Policy;
pub use received::Received;
#[cfg(feature = "test-util")]
pub use saved::to_come::{
    read_version_to_come, read_version_to_come_here, write_version_to_come, write_version_to_come_here,
};
pub use saved::{SavedError, VERSION, newest_version, read, version_of, write};
pub use spec::{NoPages, Page, Plan, Spec};
pub use step::step;
pub use transaction::{Transaction, TransactionAccess};
pub use verdict::{Rule, Verdict, verdict_of};

/// For members that are not written where they say nothing.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
