//! The steps of a flow, one line each, as they happen.

use std::path::Path;
use std::time::Duration;

use indicatif::HumanBytes;
use jumio_flow::machine::{Flow, Moment, MomentKind, Op, Page, Phase, Plan, TransactionMoment};

use super::{counted, span};

/// A line about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// What the words of a moment depend on besides the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// The flow, as it was saved at or after the moment.
    pub(crate) flow: &'a Flow,
    /// The moment before.
    pub(crate) before: Option<&'a MomentKind>,
    /// Whether somebody listens for callbacks.
    pub(crate) listening: bool,
}

/// What a step is called, by its call's name.
pub(crate) fn step_name(call: &str) -> &'static str {
    match call {
        "token" => "token",
        "create_account" | "update_account" => "account",
        "upload_prepared_data" => "prepared data",
        "upload_document" => "upload",
        "finalize" => "finalize",
        "get_status" => "status",
        "get_details" => "details",
        "get_part" => "keep",
        "get_report" => "report",
        "delete_execution" => "erase",
        _ => "step",
    }
}

/// What is going on while a call is made.
pub(crate) fn doing(op: Op, flow: &Flow) -> String {
    match op {
        Op::CreateAccount => "opening a transaction on a new account".to_owned(),
        Op::UpdateAccount => "opening a transaction on the existing account".to_owned(),
        Op::UploadPreparedData => "sending the prepared data".to_owned(),
        Op::UploadDocument { page } => format!("sending {}", page_text(flow, page)),
        Op::Finalize => "telling Jumio that everything is in".to_owned(),
        Op::GetStatus => "asking for the status".to_owned(),
        Op::GetDetails => "asking for the details".to_owned(),
        Op::KeepPart { .. } => "taking a part of the document".to_owned(),
        Op::KeepReport => "taking the report".to_owned(),
        Op::Erase => "having Jumio erase the transaction".to_owned(),
        _ => "calling Jumio".to_owned(),
    }
}

/// The line about a moment, where it is worth one.
pub(crate) fn step(moment: &Moment, around: Surroundings<'_>) -> Option<Step> {
    let Surroundings { flow, before, listening } = around;
    let (name, text) = match &moment.kind {
        MomentKind::Succeeded { op } => (step_name(op.name()), success(*op, flow)?),
        MomentKind::Failed { op, failure } => {
            // A status that is not there yet is part of waiting, but worth its line: it costs time.
            let name = step_name(if failure.step.is_empty() { op.name() } else { &failure.step });
            (name, failure.message.clone())
        }
        MomentKind::Status { status } => ("status", status.to_string()),
        MomentKind::Hint { status: Some(status), .. } => {
            ("callback", format!("says {status}; a callback is only a hint, so Jumio itself is asked"))
        }
        MomentKind::Hint { status: None, .. } => ("look", "something may have changed: Jumio is asked".to_owned()),
        MomentKind::Waiting { until } => {
            let wait = (*until - moment.at).to_std().unwrap_or_default();
            ("wait", waiting(wait, flow, before, listening))
        }
        MomentKind::HeldBack { .. } => ("hold", "held back for now".to_owned()),
        MomentKind::Missing { .. } => ("keep", "Jumio has it no more".to_owned()),
        MomentKind::Cancelled => ("cancelled", "nobody wants it any more".to_owned()),
        MomentKind::Changed => ("details", "the result changed".to_owned()),
        MomentKind::Meant { verdict, .. } => ("verdict", verdict.name().to_owned()),
        MomentKind::Transaction { what } => ("account", transaction_moment(*what).to_owned()),
        MomentKind::Stalled { .. } => ("stalled", "cannot go on by itself".to_owned()),
        MomentKind::Resumed => ("resumed", "goes on".to_owned()),
        _ => return None,
    };
    Some(Step { name, text })
}

fn transaction_moment(what: TransactionMoment) -> &'static str {
    match what {
        TransactionMoment::Adopted => "another system had opened the transaction",
        TransactionMoment::NamedByCallback => "a callback named the transaction that the lost answer would have",
        TransactionMoment::NamedByPerson => "somebody named the transaction",
        TransactionMoment::AttemptRepeated => {
            "the account call is made once more; the first may have opened a transaction"
        }
        TransactionMoment::ReplacedExpired => "the transaction expired; another is opened on its account",
        TransactionMoment::ReplacedInDoubt => "the transaction is given up; another is opened on its account",
        TransactionMoment::ReplacedForRetake => "another document is needed; another transaction is opened",
        TransactionMoment::Stray => "a callback named another transaction; it changes nothing",
        TransactionMoment::Foreign => "the transaction that was named is another flow's",
        _ => "something happened to the transaction",
    }
}

fn success(op: Op, flow: &Flow) -> Option<String> {
    Some(match op {
        Op::CreateAccount | Op::UpdateAccount => match flow.transaction() {
            Some(opened) => format!("transaction {} opened on account {}", opened.execution, opened.account),
            None => "transaction opened".to_owned(),
        },
        Op::UploadPreparedData => "taken".to_owned(),
        Op::UploadDocument { page } => format!("{} is in", page_text(flow, page)),
        Op::Finalize => "everything is in; Jumio is at work".to_owned(),
        Op::GetDetails | Op::KeepPart { .. } | Op::KeepReport => "received".to_owned(),
        Op::Erase => "erased".to_owned(),
        // The status itself is the next line.
        _ => return None,
    })
}

fn waiting(wait: Duration, flow: &Flow, before: Option<&MomentKind>, listening: bool) -> String {
    // A fraction would be false precision, and "0s" no wait at all.
    let wait = span(wait.max(Duration::from_secs(1)));
    if let Some(MomentKind::Failed { op, .. }) = before
        && !matches!(op, Op::GetStatus | Op::GetDetails)
    {
        return format!("{wait}, then once more");
    }
    let whom = if matches!(flow.phase(), Phase::AwaitingPerson) { "for the person" } else { "for the result" };
    if listening {
        format!("{whom}; the next look is in {wait}, or when a callback comes")
    } else {
        format!("{whom}; the next look is in {wait}")
    }
}

fn page_text(flow: &Flow, number: u32) -> String {
    let Plan::Upload { pages, .. } = &flow.spec().plan else { return "the document".to_owned() };
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    let Some(page) = pages.get(index) else { return "the document".to_owned() };
    let place = if pages.len() == 1 { String::new() } else { format!(", file {} of {}", number + 1, pages.len()) };
    format!("{} ({}{place})", file_name(page), HumanBytes(page.bytes))
}

/// The file's name as it was typed, without its folders.
fn file_name(page: &Page) -> String {
    let path: &Path = &page.path;
    path.file_name().map_or_else(|| "the file".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What a flow is about, in a few words.
pub(crate) fn subject(flow: &Flow) -> String {
    let request = &flow.spec().request;
    let credential = request.workflow_definition.credentials.as_ref().and_then(|all| all.first());
    let document = credential.and_then(|credential| credential.document_type());
    let country = credential.and_then(|credential| credential.country.as_ref()?.values.first());
    let mut text = document.map_or_else(
        || "document".to_owned(),
        |document| format!("{} ({document})", document.name().unwrap_or("document")),
    );
    if let Some(country) = country {
        text.push_str(&format!(" from {}", country.name().unwrap_or(country.as_str())));
    }
    match &flow.spec().plan {
        Plan::Upload { pages, .. } => text.push_str(&format!(", {}", counted(pages.len(), "file", "files"))),
        _ => text.push_str(", uploaded by the person"),
    }
    text
}
