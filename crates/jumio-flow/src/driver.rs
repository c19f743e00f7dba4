//! Running flows: the loop around the pure machine, and the calls that it asks for.
//!
//! Nothing here decides what comes next; that is the machine's work. The loop loads, steps, saves and sends, in the order
//! that survives a kill at any point: a once-only call is recorded before it is sent.

pub(crate) mod builder;
pub(crate) mod client_effects;
pub(crate) mod connect;
pub(crate) mod effects;
pub(crate) mod error;
pub(crate) mod failure;
pub(crate) mod flows;
pub(crate) mod keep_files;
#[cfg(feature = "test-util")]
mod killing;
pub(crate) mod legal_hold;
mod orders;
mod own_audit;
pub(crate) mod progress;
pub(crate) mod sign_callback;
mod work;
