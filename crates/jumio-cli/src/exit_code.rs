//! How the command ends, as a number: one table, from which the help is made too.
//!
//! Scripts branch on these numbers. A number is never given another meaning; a new ending gets a new number.

use std::fmt::Write as _;
use std::process::ExitCode;

use jumio_flow::machine::{Ending, Flow};
use jumio_model::{DecisionType, WorkflowDetails};

/// An ending of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Exit {
    Passed = 0,
    Internal = 1,
    BadInput = 2,
    Rejected = 3,
    Warning = 4,
    NotExecuted = 5,
    UnknownDecision = 6,
    Expired = 10,
    AccountUnknown = 11,
    UploadUnknown = 12,
    NotOpened = 13,
    Refused = 14,
    Stalled = 15,
    StillRunning = 16,
    AlreadyUnderWay = 17,
    Cancelled = 18,
    Mixed = 20,
    Interrupted = 130,
}

/// Every ending, its stable name, and its meaning.
const TABLE: &[(Exit, &str, &str)] = &[
    (Exit::Passed, "passed", "decision PASSED (for workflow 10170: stored, nothing was checked)"),
    (Exit::Internal, "internal", "this machine failed: database, key file, port, another jumio at work"),
    (Exit::BadInput, "bad_input", "options, files or settings that cannot be used; nothing was sent"),
    (Exit::Rejected, "rejected", "decision REJECTED"),
    (Exit::Warning, "warning", "decision WARNING: a person should look at it"),
    (Exit::NotExecuted, "not_executed", "decision NOT_EXECUTED: nothing was checked"),
    (Exit::UnknownDecision, "unknown_decision", "a decision that this version does not know, or none at all"),
    (Exit::Expired, "expired", "the transaction expired before the document was in"),
    (Exit::AccountUnknown, "account_unknown", "outcome of the account call unknown: a transaction may exist"),
    (Exit::UploadUnknown, "upload_unknown", "outcome of an upload unknown: the page may be in"),
    (Exit::NotOpened, "not_opened", "no transaction was opened: running it again is safe"),
    (Exit::Refused, "refused", "Jumio refused a step after the transaction was opened"),
    (Exit::Stalled, "stalled", "it needs something from you, then `jumio resume`"),
    (Exit::StillRunning, "still_running", "--wait is over and there is no decision yet: `jumio resume`"),
    (Exit::AlreadyUnderWay, "already_under_way", "a flow about the same files is open: `jumio resume`, or --again"),
    (Exit::Cancelled, "cancelled", "somebody cancelled it"),
    (Exit::Mixed, "mixed", "several flows ended differently"),
    (Exit::Interrupted, "interrupted", "interrupted; the flow is saved: `jumio resume`"),
];

impl Exit {
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// The stable name, for `--json`.
    pub(crate) fn name(self) -> &'static str {
        TABLE.iter().find(|(exit, ..)| *exit == self).map_or("internal", |(_, name, _)| name)
    }

    /// How a flow stands that is not followed any more; `None` while it could still be followed.
    pub(crate) fn of(flow: &Flow) -> Option<Self> {
        if flow.stalled().is_some() {
            return Some(Self::Stalled);
        }
        Some(match flow.ending()? {
            Ending::Decided { details } => Self::of_details(details),
            Ending::Expired { .. } => Self::Expired,
            Ending::NotOpened { .. } => Self::NotOpened,
            Ending::Refused { .. } => Self::Refused,
            Ending::AccountUnknown { .. } => Self::AccountUnknown,
            Ending::UploadUnknown { .. } => Self::UploadUnknown,
            Ending::Cancelled { .. } => Self::Cancelled,
            _ => Self::Internal,
        })
    }

    fn of_details(details: &WorkflowDetails) -> Self {
        if details.workflow.status.is_expired() {
            return Self::Expired;
        }
        match details.decision.as_ref().map(|decision| &decision.decision_type) {
            Some(DecisionType::Passed) => Self::Passed,
            Some(DecisionType::Rejected) => Self::Rejected,
            Some(DecisionType::Warning) => Self::Warning,
            Some(DecisionType::NotExecuted) => Self::NotExecuted,
            _ => Self::UnknownDecision,
        }
    }

    /// One number for several flows: theirs where they agree.
    pub(crate) fn common(exits: impl IntoIterator<Item = Self>) -> Self {
        let mut exits = exits.into_iter();
        let Some(first) = exits.next() else { return Self::Passed };
        if exits.all(|exit| exit == first) { first } else { Self::Mixed }
    }

    /// The table as text.
    pub(crate) fn help() -> String {
        let mut text = "Exit codes:\n".to_owned();
        for (exit, _, meaning) in TABLE {
            let _ = writeln!(text, "  {:>3}  {meaning}", exit.code());
        }
        text.push_str(
            "`jumio resume` of several flows ends with their common code, or with 20; with 0 where there is none.",
        );
        text
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Exit, TABLE};

    #[test]
    fn numbers_and_names_are_distinct_and_in_the_help() {
        let numbers: HashSet<u8> = TABLE.iter().map(|(exit, ..)| exit.code()).collect();
        let names: HashSet<&str> = TABLE.iter().map(|(_, name, _)| *name).collect();
        assert_eq!((numbers.len(), names.len()), (TABLE.len(), TABLE.len()));
        let help = Exit::help();
        for (exit, _, meaning) in TABLE {
            assert!(help.contains(&format!("{:>3}  {meaning}", exit.code())), "{help}");
        }
    }

    #[test]
    fn only_passed_is_zero() {
        let details = |decision: &str, status: &str| {
            let text = format!(
                r#"{{"workflow":{{"id":"w","status":"{status}"}},"account":{{"id":"a"}},"capabilities":{{}}{decision}}}"#
            );
            Exit::of_details(&jumio_model::from_slice(text.as_bytes()).unwrap())
        };
        let decided = |word: &str| details(&format!(r#","decision":{{"type":"{word}"}}"#), "PROCESSED");
        assert_eq!(decided("PASSED").code(), 0);
        assert_eq!(decided("REJECTED").code(), 3);
        assert_eq!(decided("WARNING").code(), 4);
        assert_eq!(decided("NOT_EXECUTED").code(), 5);
        assert_eq!(decided("PASSED_PERHAPS").code(), 6);
        assert_eq!(details("", "PROCESSED").code(), 6);
        // Whatever is said of a transaction that expired, nobody's document was looked at.
        assert_eq!(details(r#","decision":{"type":"PASSED"}"#, "SESSION_EXPIRED").code(), 10);
    }

    #[test]
    fn several_flows_have_one_number() {
        use Exit::{Expired, Mixed, Passed};
        assert_eq!(Exit::common([]), Passed);
        assert_eq!(Exit::common([Passed, Passed]), Passed);
        assert_eq!(Exit::common([Expired, Expired]), Expired);
        assert_eq!(Exit::common([Passed, Expired]), Mixed);
    }
}
