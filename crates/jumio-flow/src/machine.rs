//! The pure state machine. Time is an argument; nothing here waits, sends, or draws a random number.
//!
//! ```text
//!  Opening ──► Collecting ──► Finalizing ──► AwaitingResult ──► Fetching ──► Ended
//!     └──────────────► AwaitingPerson ───────────▲  (hosted page, SDK)
//! ```
//!
//! A host holds a [`Flow`], feeds it with [`step`] and runs what is [`pending`](Flow::pending):
//!
//! 1. `pending` holds an operation: record [`Event::Begin`] durably, run it, feed [`Event::Done`].
//! 2. otherwise sleep until [`due`](Flow::due), or until a callback, and feed [`Event::Due`] or [`Event::Hint`].
//!
//! An operation that was begun and never done is found again after a crash. A repeatable one is run again; one that may be
//! done once only is reported as [`Done::Unknown`], and the machine parks rather than repeats it.

mod ending;
mod event;
mod failure;
mod flow;
mod moment;
mod op;
mod policy;
mod saved;
mod spec;
mod step;
mod step_done;
mod step_wait;

pub use ending::Ending;
pub use event::{Done, Event, Reply};
pub use failure::{Certainty, Failure};
pub use flow::{Access, Due, Flow, Pending, Phase, Transaction};
pub use moment::{Moment, MomentKind};
pub use op::Op;
pub use policy::Policy;
pub use saved::{SavedError, VERSION, read, write};
pub use spec::{Page, Plan, Spec};
pub use step::step;
