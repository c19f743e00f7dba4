//! How a flow stands or ended, in one line.

use jumio_flow::machine::{Ending, Flow, Phase};
use jumio_model::{Outcome, WorkflowDetails, WorkflowStatus};

/// The outcome's stable name, for `--json`.
pub(crate) fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Stored => "stored",
        Outcome::Accepted => "accepted",
        Outcome::Review => "review",
        Outcome::Refused => "refused",
        Outcome::NotExecuted => "not_executed",
        _ => "unknown",
    }
}

/// Where an unfinished flow stands; its ending's name where it is over.
pub(crate) fn standing(flow: &Flow) -> &'static str {
    if flow.stalled().is_some() {
        return "stalled";
    }
    flow.phase().name()
}

/// The verdict in one line.
pub(crate) fn headline(flow: &Flow) -> String {
    if let Some(failure) = flow.stalled() {
        return format!("STALLED: {}", failure.message);
    }
    match flow.ending() {
        Some(Ending::Decided { details }) => decided(details),
        Some(Ending::Expired { status, .. }) => format!("EXPIRED: {}", expired(status)),
        Some(Ending::NotOpened { failure }) => format!("NOT OPENED: {}", failure.message),
        Some(Ending::Refused { failure }) => {
            format!("REFUSED BY JUMIO after the transaction was opened: {}", failure.message)
        }
        Some(Ending::AccountUnknown { failure, .. }) => {
            format!("OUTCOME OF THE ACCOUNT CALL UNKNOWN, a transaction may exist: {}", failure.message)
        }
        Some(Ending::UploadUnknown { op, failure }) => {
            let what = if op.name() == "upload_document" { "an upload" } else { "the prepared data's upload" };
            format!("OUTCOME OF {} UNKNOWN, it may be in: {}", what.to_uppercase(), failure.message)
        }
        Some(Ending::Cancelled { late: None, .. }) => "CANCELLED".to_owned(),
        Some(Ending::Cancelled { late: Some(details), .. }) => format!("CANCELLED, and still: {}", decided(details)),
        Some(other) => format!("ENDED: {}", other.name()),
        None => format!("NOT FINISHED: {}", running(flow)),
    }
}

fn decided(details: &WorkflowDetails) -> String {
    if details.workflow.status.is_expired() {
        return format!("EXPIRED: {}", expired(&details.workflow.status));
    }
    let word = details.decision.as_ref().map_or("NO DECISION", |decision| decision.decision_type.as_str());
    let meaning = match details.outcome() {
        Some(Outcome::Stored) => "stored, not verified: the upload was accepted and nothing was checked",
        Some(Outcome::Accepted) => "Jumio's checks found nothing wrong",
        Some(Outcome::Review) => "Jumio found something that a person should look at",
        Some(Outcome::Refused) => "Jumio refuses the document",
        Some(Outcome::NotExecuted) => "nothing was checked",
        Some(_) => "a decision that this version does not know",
        None => "Jumio finished the transaction without a decision",
    };
    format!("{word}: {meaning}")
}

fn expired(status: &WorkflowStatus) -> &'static str {
    match status {
        WorkflowStatus::TokenExpired => "nobody began before the transaction's lifetime was over",
        WorkflowStatus::SessionExpired => "it was begun and not finished in time",
        _ => "a deadline passed before the document was in",
    }
}

fn running(flow: &Flow) -> &'static str {
    if flow.unreadable().is_some() {
        return "Jumio answered, and the answer cannot be read; it is kept";
    }
    match flow.phase() {
        Phase::Opening => "the transaction is not opened yet",
        Phase::Collecting => "not every file is in yet",
        Phase::Finalizing => "every file is in; finalize has not been taken yet",
        Phase::AwaitingPerson => "the person has not finished on the hosted page or in the SDK",
        Phase::AwaitingExpiry => "nothing more can be handed in; the transaction is watched until it expires",
        Phase::AwaitingResult => "Jumio is at work",
        Phase::Fetching => "Jumio is done; the details are not there yet",
        _ => "it goes on",
    }
}
