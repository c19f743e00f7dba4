//! A flow as it stands when nothing more is done about it: the shape of `--json`, and what the text is made from. The members
//! are stable: one is added, none changes its meaning.

use chrono::{DateTime, Utc};
use jumio_flow::FlowRecord;
use jumio_flow::machine::{Certainty, Ending, Failure, Flow, MomentKind, Plan};
use jumio_model::{Raw, WorkflowDetails};
use serde::Serialize;

use super::{Handout, Ways};
use crate::exit_code::Exit;
use crate::wording::{self, Place};

/// One flow.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    pub(crate) simulated: bool,
    /// The flow's id, for `jumio resume`.
    pub(crate) flow: &'a str,
    /// Where it belongs.
    pub(crate) profile: &'a str,
    /// The `customerInternalReference`.
    pub(crate) reference: &'a str,
    pub(crate) account_id: Option<&'a str>,
    pub(crate) workflow_execution_id: Option<&'a str>,
    /// Where it stands, or its ending's name.
    pub(crate) state: &'static str,
    /// `decided`, `expired`, `not_opened`, `refused`, `account_unknown`, `upload_unknown`; null while there is none.
    pub(crate) ending: Option<&'static str>,
    /// What the decision means: `stored`, `accepted`, `review`, `refused`, `not_executed`, `unknown`.
    pub(crate) outcome: Option<&'static str>,
    pub(crate) decision: Option<Decision<'a>>,
    pub(crate) times: Times<'a>,
    pub(crate) parts: Vec<Part<'a>>,
    /// The hosted page's link, while it is of use.
    pub(crate) link: Option<String>,
    pub(crate) sdk_token: Option<String>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) error: Option<Problem<'a>>,
    /// Whether running the same again can do no harm.
    pub(crate) safe_to_retry: bool,
    pub(crate) headline: String,
    pub(crate) what_to_do: String,
    /// The details as Jumio sent them.
    pub(crate) details: Option<&'a Raw<WorkflowDetails>>,
    pub(crate) exit: &'static str,
    pub(crate) exit_code: u8,
    /// The exit itself.
    #[serde(skip)]
    pub(crate) exited: Exit,
}

/// A decision.
#[derive(Serialize)]
pub(crate) struct Decision<'a> {
    #[serde(rename = "type")]
    pub(crate) decision_type: &'a str,
    pub(crate) label: Option<&'a str>,
    pub(crate) risk_score: Option<f64>,
}

/// When what happened; the first two by this machine's clock, the others by Jumio's.
#[derive(Serialize)]
pub(crate) struct Times<'a> {
    pub(crate) flow_started_at: DateTime<Utc>,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) created_at: Option<&'a str>,
    pub(crate) started_at: Option<&'a str>,
    pub(crate) completed_at: Option<&'a str>,
}

/// A part that Jumio has.
#[derive(Serialize)]
pub(crate) struct Part<'a> {
    pub(crate) category: &'a str,
    pub(crate) classifier: Option<&'a str>,
}

/// What went wrong, where something did.
#[derive(Serialize)]
pub(crate) struct Problem<'a> {
    pub(crate) step: &'a str,
    pub(crate) status: Option<u16>,
    pub(crate) message: &'a str,
    /// `not_sent`, `refused` or `unknown`.
    pub(crate) certainty: &'static str,
}

/// Several flows.
#[derive(Serialize)]
pub(crate) struct Endings<'a> {
    pub(crate) simulated: bool,
    pub(crate) flows: Vec<Summary<'a>>,
    /// Lines for people about flows that were left alone.
    pub(crate) notes: Vec<String>,
    pub(crate) exit: &'static str,
    pub(crate) exit_code: u8,
}

impl<'a> Summary<'a> {
    /// What is to be said of a flow. `otherwise` is the exit of a flow that could still be followed.
    pub(crate) fn new(record: &'a FlowRecord, otherwise: Exit, place: Place<'_>, simulated: bool, ways: Ways) -> Self {
        let flow = &record.flow;
        let exited = Exit::of(flow).unwrap_or(otherwise);
        let advice = wording::advice(flow, place);
        let details = flow.ending().and_then(Ending::details);
        let transaction = flow.transaction();
        let handout = match flow.spec().plan {
            Plan::Person => Handout::of(flow, ways),
            _ => None,
        };
        let (link, sdk_token, expires_at) =
            handout.map_or((None, None, None), |handout| (handout.link, handout.sdk_token, handout.expiry.at()));
        Self {
            simulated,
            flow: record.key.as_str(),
            profile: &record.profile,
            reference: flow.spec().request.customer_internal_reference.as_str(),
            account_id: transaction.map(|opened| opened.account.as_str()),
            workflow_execution_id: transaction.map(|opened| opened.execution.as_str()),
            state: wording::standing(flow),
            ending: flow.ending().map(Ending::name),
            outcome: details.and_then(|details| details.outcome()).as_ref().map(wording::outcome_name),
            decision: details.and_then(|details| details.decision.as_ref()).map(|decision| Decision {
                decision_type: decision.decision_type.as_str(),
                label: decision.label(),
                risk_score: decision.risk_score(),
            }),
            times: Times {
                flow_started_at: record.created_at,
                opened_at: transaction.and_then(|opened| opened.opened_at),
                created_at: details.and_then(|details| Some(details.created_at.as_ref()?.as_str())),
                started_at: details.and_then(|details| Some(details.started_at.as_ref()?.as_str())),
                completed_at: details.and_then(|details| Some(details.completed_at.as_ref()?.as_str())),
            },
            parts: details.map(|details| parts(details)).unwrap_or_default(),
            link,
            sdk_token,
            expires_at,
            error: failure(flow).map(|failure| Problem {
                step: &failure.step,
                status: failure.status,
                message: &failure.message,
                certainty: match failure.certainty {
                    Certainty::NotSent => "not_sent",
                    Certainty::Refused => "refused",
                    _ => "unknown",
                },
            }),
            safe_to_retry: advice.safe_to_retry,
            headline: wording::headline(flow),
            what_to_do: advice.what_to_do,
            details,
            exit: exited.name(),
            exit_code: exited.code(),
            exited,
        }
    }
}

impl<'a> Endings<'a> {
    pub(crate) fn new(flows: Vec<Summary<'a>>, notes: Vec<String>, simulated: bool) -> (Self, Exit) {
        let exit = Exit::common(flows.iter().map(|summary| summary.exited));
        (Self { simulated, flows, notes, exit: exit.name(), exit_code: exit.code() }, exit)
    }
}

fn parts(details: &WorkflowDetails) -> Vec<Part<'_>> {
    let parts = details.credentials.iter().flat_map(|credential| {
        let category = credential.category.as_str();
        credential.parts.iter().map(move |part| Part { category, classifier: part.classifier.as_deref() })
    });
    parts.collect()
}

fn failure(flow: &Flow) -> Option<&Failure> {
    match flow.ending() {
        Some(
            Ending::NotOpened { failure }
            | Ending::Refused { failure }
            | Ending::AccountUnknown { failure, .. }
            | Ending::UploadUnknown { failure, .. },
        ) => Some(failure),
        Some(_) => None,
        None => flow.stalled().or_else(|| last_failure(flow)),
    }
}

/// Why the flow waits to try again, where it does.
fn last_failure(flow: &Flow) -> Option<&Failure> {
    let last = flow.timeline().iter().rev().find(|moment| !matches!(moment.kind, MomentKind::Waiting { .. }));
    match &last?.kind {
        MomentKind::Failed { failure, .. } => Some(failure),
        _ => None,
    }
}
