//! What a store has to know of a flow beside its state, so that every store decides the same way.

use crate::machine::{Ending, Flow, Pending, Told};

/// Whether the flow stands in the way of an [`exclusive`](crate::NewFlow::exclusive) one about the same subject: it has not
/// ended, or nobody knows how. What is still to be kept or erased after the end, and a transaction that is only watched, keep
/// nobody from beginning anew.
pub fn holds_subject(flow: &Flow) -> bool {
    flow.ending().is_none() || flow.is_parked()
}

/// Whether a flow is told of this although it is over: it has a result, and Jumio says once more that it is done, so that the
/// result may have changed. Such a hint is held and makes the flow due; any other one, to a flow that is over, is counted only.
pub fn heeds_when_over(flow: &Flow, told: &Told) -> bool {
    matches!(flow.ending(), Some(Ending::Decided { .. })) && told.tells_a_result()
}

/// Whether the call that opens a transaction is what comes next. Such a flow comes after all others that are due: nothing of
/// it can be lost yet, and a result can.
pub fn waits_to_open(flow: &Flow) -> bool {
    flow.pending().is_some_and(|pending: &Pending| pending.op.is_opening())
}
