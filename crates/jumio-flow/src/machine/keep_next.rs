//! What is to be kept or erased next: of the flow's own transaction first, then of those that were given up for another.

use chrono::{DateTime, Utc};
use jumio_model::{AccountId, CredentialId, Raw, WorkflowDetails, WorkflowExecutionId, WorkflowStatus};

use super::history::History;
use super::{Ending, Flow, Kept, Op};

/// A part of the document that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartName {
    /// The credential it belongs to.
    pub credential: CredentialId,
    /// Which part of it.
    pub classifier: String,
}

/// The parts of a result that can be fetched, in order: those with a name (protocol 7.3, 7.9). A face map has none that could
/// be fetched.
fn parts(details: &WorkflowDetails) -> impl Iterator<Item = PartName> {
    details.credentials.iter().flat_map(|credential| {
        let parts = credential.parts.iter();
        parts.filter_map(|part| {
            let classifier = part.classifier.clone()?;
            part.href.as_ref()?;
            Some(PartName { credential: credential.id.clone(), classifier })
        })
    })
}

/// The part at this place.
fn part(details: Option<&Raw<WorkflowDetails>>, place: u32) -> Option<PartName> {
    parts(details?).nth(usize::try_from(place).ok()?)
}

impl Flow {
    /// What is kept of the result so far, and whether Jumio erased its copy. What is kept of transactions that were given up
    /// for another stands with [them](Self::replaced).
    pub fn kept(&self) -> &Kept {
        &self.history.kept
    }

    /// The transaction that the pending call keeps something of, or erases: the flow's own, or one that was given up.
    pub fn keeping(&self) -> Option<(&AccountId, &WorkflowExecutionId)> {
        match self.history.keeping {
            None => self.transaction.as_ref().map(|ours| (&ours.account, &ours.execution)),
            Some(at) => self.history.replaced.get(at).map(|replaced| (&replaced.account, &replaced.execution)),
        }
    }

    /// The part at this place of the result of [that transaction](Self::keeping), as [`Op::KeepPart`] counts them.
    pub fn part(&self, place: u32) -> Option<PartName> {
        let details = match self.history.keeping {
            None => self.ending()?.details(),
            Some(at) => self.history.replaced.get(at)?.details.as_deref(),
        };
        part(details, place)
    }

    /// How far keeping has come of the transaction that the pending call is about.
    pub(super) fn kept_mut(&mut self) -> &mut Kept {
        let History { keeping, replaced, kept, .. } = &mut *self.history;
        match keeping.and_then(|at| replaced.get_mut(at)) {
            Some(replaced) => &mut replaced.kept,
            None => kept,
        }
    }

    /// Asks for the next thing to keep or to erase.
    pub(super) fn keep_on(&mut self) {
        // A callback told of another result meanwhile.
        if matches!(self.ending(), Some(Ending::Decided { .. })) && std::mem::take(&mut self.notified) {
            return self.refresh();
        }
        if let Some((which, op)) = self.next_to_keep() {
            self.history.keeping = which;
            self.ask(op);
        }
    }

    /// The next thing to keep or to erase, and of which of the transactions that were given up, `None` for the flow's own.
    pub(super) fn next_to_keep(&self) -> Option<(Option<usize>, Op)> {
        let ending = self.ending().filter(|ending| !ending.is_unknown())?;
        let is_over = self.knows_the_end();
        // One that only a callback named may be another's, until its result has our reference.
        let may_erase = self.transaction.is_some() && !self.history.named_by_callback && is_over;
        if let Some(op) = self.next_of(ending.details(), &self.history.kept, may_erase) {
            return Some((None, op));
        }
        // A transaction that still runs may yet bring a result, which comes first.
        if self.outlives_its_end() && !is_over {
            return None;
        }
        self.history.replaced.iter().enumerate().find_map(|(at, replaced)| {
            let op = self.next_of(replaced.details.as_deref(), &replaced.kept, !replaced.named_by_callback)?;
            Some((Some(at), op))
        })
    }

    /// The next thing to keep or to erase of one transaction.
    fn next_of(&self, details: Option<&Raw<WorkflowDetails>>, kept: &Kept, may_erase: bool) -> Option<Op> {
        let keep = self.spec.keep.as_ref();
        // Data that Jumio erased by itself cannot be fetched any more (protocol 7.2).
        let is_there = details.is_some_and(|details| details.wiped_out_at.is_none()) && kept.erased_at.is_none();
        if let Some(keep) = keep.filter(|_| is_there) {
            if keep.parts && part(details, kept.parts_done).is_some() {
                return Some(Op::KeepPart { part: kept.parts_done });
            }
            if keep.report && !kept.report_done {
                return Some(Op::KeepReport);
            }
        }
        (self.wants_erasure() && may_erase && kept.erased_at.is_none()).then_some(Op::Erase)
    }

    /// Whether Jumio is to erase what the flow opened.
    pub(super) fn wants_erasure(&self) -> bool {
        self.history.erase_asked || self.spec.keep.as_ref().is_some_and(|keep| keep.erase)
    }

    /// A result that says that Jumio wiped the data needs no erasing (protocol 7.2).
    pub(super) fn heed_wiped(&mut self, now: DateTime<Utc>) {
        let is_wiped = self.ending().and_then(Ending::details).is_some_and(|details| details.wiped_out_at.is_some());
        if is_wiped && !self.history.named_by_callback {
            self.history.kept.erased_at.get_or_insert(now);
        }
    }

    /// Whether the transaction is over at Jumio: nothing is erased that may still bring a result.
    fn knows_the_end(&self) -> bool {
        match self.ending() {
            Some(Ending::Decided { .. } | Ending::Expired { .. }) => true,
            Some(Ending::Cancelled { late: Some(_), .. }) => true,
            // Without a result nothing is kept, so nothing may be erased that still has one.
            Some(Ending::Cancelled { .. } | Ending::Refused { .. }) => {
                self.history.result_is_gone || self.last_status.as_ref().is_some_and(WorkflowStatus::is_expired)
            }
            _ => false,
        }
    }
}
