//! What to do next, and whether trying again is safe.

use std::path::Path;

use jumio_flow::machine::{Certainty, Ending, Failure, Flow, Op, Plan};
use jumio_model::{Outcome, WorkflowStatus};

/// What a person should do, and whether the machine may do it for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    /// Whether running the same thing again can do no harm: no second transaction, no second copy of a page.
    pub(crate) safe_to_retry: bool,
    pub(crate) what_to_do: String,
}

/// With whom the flow talks, and how its command line is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What a person calls it, such as `region eu`.
    pub(crate) name: &'a str,
    /// The command that goes on with the flow.
    pub(crate) resume: &'a str,
}

/// What to do about a flow as it stands.
pub(crate) fn advice(flow: &Flow, place: Place<'_>) -> Advice {
    let (safe_to_retry, what_to_do) = match flow.ending() {
        Some(Ending::Decided { details }) if details.workflow.status.is_expired() => {
            (true, expired(flow, &details.workflow.status))
        }
        Some(Ending::Decided { details }) => (false, decided(details.outcome().as_ref())),
        Some(Ending::Expired { status, .. }) => (true, expired(flow, status)),
        Some(Ending::NotOpened { failure }) => (
            true,
            format!(
                "{}; no transaction was opened, so it is safe to run the same command again",
                about(failure, place)
            ),
        ),
        Some(Ending::Refused { failure }) => (
            true,
            format!(
                "{}; the open transaction expires by itself, without a decision; running the command again opens a new one",
                about(failure, place)
            ),
        ),
        Some(Ending::AccountUnknown { .. }) => (false, account_unknown(flow)),
        Some(Ending::UploadUnknown { .. }) => (false, upload_unknown(flow)),
        Some(Ending::Cancelled { .. }) => (true, "nothing; to start anew, run the command again".to_owned()),
        Some(_) => (false, "look at the transaction in Jumio's portal".to_owned()),
        None => match flow.stalled() {
            Some(failure) => {
                let file = stalled_file(flow).map(|file| format!(" ({})", file.display())).unwrap_or_default();
                (true, format!("{}{file}; then: {}", about(failure, place), place.resume))
            }
            None => (true, format!("nothing is lost; to go on: {}", place.resume)),
        },
    };
    Advice { safe_to_retry, what_to_do }
}

/// The file that a stalled upload was about, as the person typed it.
fn stalled_file(flow: &Flow) -> Option<&Path> {
    let Some(Op::UploadDocument { page }) = flow.pending().map(|pending| pending.op) else { return None };
    match &flow.spec().plan {
        Plan::Upload { pages, .. } => pages.get(usize::try_from(page).ok()?).map(|page| page.path.as_path()),
        _ => None,
    }
}

fn reference(flow: &Flow) -> &str {
    flow.spec().request.customer_internal_reference.as_str()
}

fn account_unknown(flow: &Flow) -> String {
    format!(
        "do not simply run it again: look in Jumio's portal for the customer internal reference {}. If there is a transaction, \
         nothing was uploaded to it and it expires by itself. `jumio prove` with --again opens another one, in either case \
         a chargeable one",
        reference(flow)
    )
}

fn upload_unknown(flow: &Flow) -> String {
    let execution = flow.transaction().map_or_else(String::new, |opened| format!(" {}", opened.execution));
    format!(
        "do not send the page again to this transaction: it may then be in twice. Transaction{execution} was not finalized and \
         expires by itself, without a decision. `jumio prove` with --again opens a new, chargeable one"
    )
}

fn expired(flow: &Flow, status: &WorkflowStatus) -> String {
    let person = matches!(flow.spec().plan, Plan::Person);
    match status {
        WorkflowStatus::TokenExpired if person => {
            "run the command again and hand out the new link in time; --token-lifetime makes the time longer".to_owned()
        }
        WorkflowStatus::SessionExpired if person => {
            "run the command again: once begun, the person has 15 minutes between two actions".to_owned()
        }
        _ => "run the command again: it opens a new transaction; --token-lifetime makes the time longer".to_owned(),
    }
}

fn decided(outcome: Option<&Outcome>) -> String {
    match outcome {
        Some(Outcome::Stored) => {
            "nothing more; keep the account's and the transaction's id to fetch the pages again. To have a \
             document checked, ask Jumio for a workflow that checks"
                .to_owned()
        }
        Some(Outcome::Accepted) => "nothing more".to_owned(),
        Some(Outcome::Review) => "have a person look at the transaction in Jumio's portal".to_owned(),
        Some(Outcome::Refused) => "the label says why; ask for another document, or look in Jumio's portal".to_owned(),
        Some(Outcome::NotExecuted) => {
            "look at the label and at the transaction in Jumio's portal; mostly another image helps".to_owned()
        }
        _ => "look at the transaction in Jumio's portal, and for a newer version of this command".to_owned(),
    }
}

/// What to do about a failed call.
fn about(failure: &Failure, place: Place<'_>) -> String {
    let name = place.name;
    match (failure.step.as_str(), failure.status) {
        ("token", Some(404 | 405)) => format!("check the address of {name}: it has no token service there"),
        ("token", Some(400 | 401 | 403)) => format!(
            "check JUMIO_CLIENT_ID and JUMIO_CLIENT_SECRET, and that they belong to {name}: credentials of one region are \
             unknown in another"
        ),
        (step, Some(401)) if !is_transaction_call(step) => {
            format!("the access token is not accepted there: check that all addresses belong to {name}")
        }
        (_, Some(401)) => "the transaction's token is not accepted any more".to_owned(),
        (_, Some(403)) => format!(
            "403 has several causes at Jumio: check JUMIO_USER_AGENT (company and application), in the portal the permissions \
             of the API client, and that it belongs to {name}"
        ),
        ("update_account", Some(404)) => {
            format!("check the id after --existing-account, and that the account belongs to {name}")
        }
        ("create_account", Some(404)) => format!("check the address of {name}"),
        (step, Some(400 | 422)) if step.ends_with("_account") => {
            "compare Jumio's words with --type, --country, --workflow and the references".to_owned()
        }
        (_, Some(413)) => "the document is too large for Jumio: reduce it".to_owned(),
        (_, Some(400 | 415 | 422)) => "compare Jumio's words with the files".to_owned(),
        (_, Some(404)) => "Jumio does not know the transaction any more".to_owned(),
        (_, Some(429)) => "Jumio's limit of calls is used up: wait a minute".to_owned(),
        (_, Some(500..)) => {
            format!("Jumio's service is out of order: wait some minutes, and look at the status page of {name}")
        }
        (_, Some(200..300)) => format!(
            "the answer is none of Jumio's: check the address of {name}, and whether a proxy answers in its place"
        ),
        ("token", None) => {
            format!("check the network, the proxy in HTTPS_PROXY if there is one, and the address of {name}")
        }
        // Nothing else that is never sent is about a host by its text.
        (_, None) if failure.is_final && failure.message.contains("is of another region than this site") => {
            format!("check the region among {name}'s options, and open the transaction again there")
        }
        (_, None) if failure.is_final && is_about_a_host(&failure.message) => {
            format!(
                "if that host is to be trusted with the transaction's token, add --also-permit https://HOST to {name}'s options"
            )
        }
        (_, None) if failure.certainty == Certainty::NotSent && failure.is_final => {
            "see to what the message says".to_owned()
        }
        _ => format!("check the network, the proxy in HTTPS_PROXY if there is one, and the address of {name}"),
    }
}

/// Whether the text is the model's refusal of a host: unknown, known with another port or scheme, or on jumio.link.
fn is_about_a_host(message: &str) -> bool {
    ["none of this site's hosts", "is one of this site's hosts", "is on jumio.link"]
        .iter()
        .any(|text| message.contains(text))
}

fn is_transaction_call(step: &str) -> bool {
    step.starts_with("upload") || step == "finalize"
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use jumio_flow::machine::{Done, Event, Page, Spec, step};
    use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};

    use super::*;

    const PLACE: Place<'_> = Place { name: "region eu", resume: "jumio resume 1f --region eu" };

    fn flow() -> Flow {
        let reference = CustomerInternalReference::new("order-17").unwrap();
        let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        Flow::new(Spec::upload(request, vec![Page::new("a.pdf", Media::Pdf, 1, [0; 32])]).unwrap())
    }

    fn after(done: Done) -> Flow {
        let mut flow = flow();
        let id = flow.pending().unwrap().id;
        step(&mut flow, Event::Done { id, done }, DateTime::UNIX_EPOCH);
        flow
    }

    #[test]
    fn an_unknown_account_call_is_never_called_safe() {
        let failure = Failure::new(Certainty::Unknown, "create_account", "the connection broke");
        let advice = advice(&after(Done::Unknown { failure, received: None }), PLACE);
        assert!(!advice.safe_to_retry);
        assert!(
            advice.what_to_do.contains("order-17") && advice.what_to_do.contains("--again"),
            "{}",
            advice.what_to_do
        );
    }

    #[test]
    fn a_refused_account_call_is_safe_and_says_what_to_check() {
        for (step, status, expected) in [
            ("token", 401, "JUMIO_CLIENT_SECRET"),
            ("create_account", 400, "--country"),
            ("create_account", 403, "JUMIO_USER_AGENT"),
            ("update_account", 404, "--existing-account"),
            ("create_account", 401, "region eu"),
        ] {
            let failure = Failure::new(Certainty::Refused, step, "no").with_status(status).finally();
            let advice = advice(&after(Done::Failed(failure)), PLACE);
            assert!(advice.safe_to_retry, "{step} {status}");
            assert!(advice.what_to_do.contains(expected), "{step} {status}: {}", advice.what_to_do);
        }
    }

    #[test]
    fn an_unfinished_flow_names_the_command_that_goes_on() {
        let flow = flow();
        assert!(advice(&flow, PLACE).what_to_do.contains(PLACE.resume));
    }
}
