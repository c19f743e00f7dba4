//! What a flow does by itself and somebody may have to answer for: another transaction, which may be charged, and Jumio's
//! erasure. It enters the audit with the turn that did it.

use chrono::{DateTime, Utc};

use crate::machine::{Flow, Moment, MomentKind, TransactionMoment};
use crate::store::keys::FlowKey;
use crate::store::upkeep::AuditEntry;

/// In whose name.
const ACTOR: &str = "flow";

/// The entry for a turn that led from one state to the other, where it needs one.
pub(super) fn entry_of(key: &FlowKey, before: &Flow, after: &Flow, now: DateTime<Utc>) -> Option<AuditEntry> {
    let entry = |action: &str, reason: &str| AuditEntry::new(key.clone(), ACTOR, action, now).because(reason);
    if erased(after) > erased(before) {
        return Some(entry("erase", "Jumio erased a transaction, or said that it had"));
    }
    let why = new_moments(before, after).find_map(|moment| match moment.kind {
        MomentKind::Transaction { what } => reason(what),
        _ => None,
    });
    why.map(|why| entry("restart", why))
}

/// What was noted between the two.
pub(super) fn new_moments<'a>(before: &Flow, after: &'a Flow) -> impl Iterator<Item = &'a Moment> {
    let new = usize::try_from(after.noted().saturating_sub(before.noted())).unwrap_or(usize::MAX);
    after.timeline().iter().skip(after.timeline().len().saturating_sub(new))
}

fn erased(flow: &Flow) -> usize {
    let replaced = flow.replaced().iter().map(|replaced| &replaced.kept);
    std::iter::once(flow.kept()).chain(replaced).filter(|kept| kept.erased_at.is_some()).count()
}

fn reason(what: TransactionMoment) -> Option<&'static str> {
    Some(match what {
        TransactionMoment::AttemptRepeated => "the policy allows one more account call after one in doubt",
        TransactionMoment::ReplacedExpired => "the policy allows another transaction after one that expired",
        TransactionMoment::ReplacedInDoubt => "the policy allows another transaction after one in doubt",
        TransactionMoment::ReplacedForRetake => {
            "the policy allows another transaction after a result that asks for one"
        }
        _ => return None,
    })
}
