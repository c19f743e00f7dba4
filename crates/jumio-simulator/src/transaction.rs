//! One transaction: what was asked for, what was uploaded, and how it moves on by itself as time passes. No I/O, no clock:
//! whoever calls says what time it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::assessment::Assessment;
use crate::callbacks::{Notice, Report};
use crate::clock::Moment;
use crate::credential::{Category, Credential, Preset};
use crate::plan::Plan;
use crate::record::CallRecord;
use crate::settings::{Settings, Timing};
use crate::variants::{CallbackStatuses, Variants};

/// After the start a session ends when nothing happens for so long.
// behavior: after the start a session ends after 15 idle minutes; each upload begins them anew | protocol 10.4 | documented
pub(crate) const SESSION: Duration = Duration::from_secs(15 * 60);

/// Where a transaction stands (protocol 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Initiated,
    AcquisitionStarted,
    Acquired,
    Processed,
    SessionExpired,
    TokenExpired,
}

impl Status {
    pub(crate) const ALL: [Self; 6] = [
        Self::Initiated,
        Self::AcquisitionStarted,
        Self::Acquired,
        Self::Processed,
        Self::SessionExpired,
        Self::TokenExpired,
    ];

    /// The status of this name.
    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.text() == text)
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Initiated => "INITIATED",
            Self::AcquisitionStarted => "ACQUISITION_STARTED",
            Self::Acquired => "ACQUIRED",
            Self::Processed => "PROCESSED",
            Self::SessionExpired => "SESSION_EXPIRED",
            Self::TokenExpired => "TOKEN_EXPIRED",
        }
    }

    pub(crate) fn is_expired(self) -> bool {
        matches!(self, Self::SessionExpired | Self::TokenExpired)
    }

    pub(crate) fn is_terminal(self) -> bool {
        self.is_expired() || self == Self::Processed
    }

    pub(crate) fn takes_uploads(self) -> bool {
        matches!(self, Self::Initiated | Self::AcquisitionStarted)
    }
}

/// What an account call asks for, checked.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) definition_key: String,
    pub(crate) customer_internal_reference: String,
    pub(crate) user_reference: Option<String>,
    pub(crate) reporting_criteria: Option<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) token_lifetime: Duration,
    pub(crate) success_url: Option<String>,
    pub(crate) error_url: Option<String>,
    pub(crate) locale: Option<String>,
    /// The credentials, in the order of the reply.
    pub(crate) credentials: Vec<Wanted>,
    #[serde(default)]
    pub(crate) override_settings: BTreeMap<String, String>,
}

/// A credential that an account call asks for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) category: Category,
    pub(crate) label: Option<String>,
    pub(crate) country: Preset,
    pub(crate) kind: Preset,
    /// A credential of the account that is linked instead of being acquired anew (protocol 3.2).
    pub(crate) existing: Option<String>,
}

/// One transaction.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// Counts all transactions of this simulator, from 1.
    pub(crate) number: u64,
    pub(crate) account_id: String,
    pub(crate) execution_id: String,
    pub(crate) token: String,
    pub(crate) order: Order,
    pub(crate) timing: Timing,
    /// What it is to come to, where somebody chose.
    #[serde(default)]
    pub(crate) plan: Option<Box<Plan>>,
    /// The addresses of its replies, where they follow the Host header of the account call.
    #[serde(default)]
    pub(crate) origin: Option<String>,
    pub(crate) status: Status,
    pub(crate) created_at: Moment,
    pub(crate) token_expires_at: Moment,
    pub(crate) started_at: Option<Moment>,
    pub(crate) last_activity_at: Option<Moment>,
    pub(crate) processed_due: Option<Moment>,
    pub(crate) completed_at: Option<Moment>,
    #[serde(default)]
    pub(crate) wiped_at: Option<Moment>,
    #[serde(default)]
    pub(crate) deleted_at: Option<Moment>,
    pub(crate) credentials: Vec<Credential>,
    /// Whether a person's consent is needed and nobody has it yet.
    #[serde(default)]
    pub(crate) consent_is_missing: bool,
    /// What came of the checks, once it is processed.
    #[serde(default)]
    pub(crate) assessment: Option<Assessment>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) calls: Vec<CallRecord>,
}

impl Transaction {
    pub(crate) fn credential(&self, id: &str) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    pub(crate) fn credential_mut(&mut self, id: &str) -> Option<&mut Credential> {
        self.credentials.iter_mut().find(|credential| credential.id == id)
    }

    /// The first credential of this category, where it has one.
    pub(crate) fn of_category(&self, category: Category) -> Option<&Credential> {
        self.credentials.iter().find(|credential| credential.category == category)
    }

    /// The required credentials without a part that can be handed in over the API or, as a document, in any way.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().filter(|credential| {
            credential.required && credential.parts.is_empty() && credential.category != Category::Facemap
        })
    }

    /// The answers to open questions that hold for it.
    pub(crate) fn variants(&self, settings: &Settings) -> Variants {
        self.plan.as_ref().and_then(|plan| plan.variants).unwrap_or(settings.variants)
    }

    /// Whether it came to something that Jumio was never seen to give.
    pub(crate) fn is_unobserved(&self) -> bool {
        self.assessment.as_ref().is_some_and(|assessment| assessment.unobserved)
    }

    /// When this transaction next moves by itself.
    pub(crate) fn due(&self) -> Option<Moment> {
        if self.deleted_at.is_some() {
            return None;
        }
        match self.status {
            Status::Initiated => {
                let person = self.timing.person.map(|wait| self.created_at.after(wait));
                Some(person.map_or(self.token_expires_at, |person| person.min(self.token_expires_at)))
            }
            Status::AcquisitionStarted => self.last_activity_at.map(|at| at.after(SESSION)),
            Status::Acquired => self.processed_due,
            Status::Processed | Status::SessionExpired | Status::TokenExpired => self.wipe_due(),
        }
    }

    fn wipe_due(&self) -> Option<Moment> {
        if self.wiped_at.is_some() {
            return None;
        }
        self.completed_at.map(|at| at.after(self.timing.retention))
    }

    /// When the next callback about it is to be sent.
    pub(crate) fn next_notice(&self) -> Option<Moment> {
        self.notices.iter().filter_map(Notice::next).min()
    }

    /// Makes every move that is due.
    pub(crate) fn settle(&mut self, now: Moment, settings: &Settings) {
        while let Some(due) = self.due().filter(|due| *due <= now) {
            match self.status {
                Status::Initiated if due < self.token_expires_at => self.hand_in(due, settings),
                Status::Initiated => self.end(Status::TokenExpired, due, settings),
                Status::AcquisitionStarted => self.end(Status::SessionExpired, due, settings),
                Status::Acquired => self.end(Status::Processed, due, settings),
                Status::Processed | Status::SessionExpired | Status::TokenExpired => self.wipe(due),
            }
        }
    }

    /// Ends it now, in this way.
    pub(crate) fn end(&mut self, status: Status, now: Moment, settings: &Settings) {
        self.status = status;
        self.completed_at = Some(now);
        self.assessment = Some(Assessment::of(self, settings));
        self.announce(now, settings);
    }

    /// The personal data is gone; the decision stays.
    // behavior: after the retention time the parts are gone and the details have wipedOutAt | protocol 7.2 | documented
    pub(crate) fn wipe(&mut self, now: Moment) {
        self.wiped_at = Some(now);
        for credential in &mut self.credentials {
            credential.parts.clear();
        }
        if let Some(assessment) = &mut self.assessment {
            assessment.forget_persons();
        }
    }

    /// Somebody uploaded a part: the session starts, or goes on for another while.
    pub(crate) fn touch(&mut self, now: Moment, settings: &Settings) {
        let is_start = self.status == Status::Initiated;
        self.status = Status::AcquisitionStarted;
        self.started_at = self.started_at.or(Some(now));
        self.last_activity_at = Some(now);
        if is_start {
            self.announce(now, settings);
        }
    }

    /// A person was at the Web client or at the SDK's screens, which ask for what the account call did not say.
    // behavior: the Web client, and a person whom a scenario plays, bring the consent that the request lacks | protocol 3.4 | documented
    pub(crate) fn ask_for_consent(&mut self) {
        self.consent_is_missing = false;
    }

    pub(crate) fn finalize(&mut self, now: Moment, settings: &Settings) {
        self.started_at = self.started_at.or(Some(now));
        self.status = Status::Acquired;
        self.processed_due = Some(now.after(self.timing.processing));
        self.announce(now, settings);
    }

    /// A person who needs no page hands in everything, as with the Web client or the SDK.
    pub(crate) fn hand_in(&mut self, now: Moment, settings: &Settings) {
        self.touch(now, settings);
        self.ask_for_consent();
        for credential in &mut self.credentials {
            crate::made_up::hand_in(credential, &self.execution_id);
        }
        self.finalize(now, settings);
    }

    /// Puts it into this status, whatever it was before.
    pub(crate) fn force(&mut self, status: Status, now: Moment, settings: &Settings) {
        if status == self.status {
            return;
        }
        self.completed_at = None;
        self.assessment = None;
        if status != Status::Initiated && status != Status::TokenExpired {
            self.started_at = self.started_at.or(Some(now));
        }
        match status {
            Status::Initiated => {
                self.status = status;
                (self.started_at, self.last_activity_at) = (None, None);
                if self.token_expires_at <= now {
                    self.token_expires_at = now.after(self.order.token_lifetime);
                }
            }
            Status::AcquisitionStarted => {
                self.status = Status::Initiated;
                self.touch(now, settings);
            }
            Status::Acquired => self.finalize(now, settings),
            Status::Processed | Status::SessionExpired | Status::TokenExpired => self.end(status, now, settings),
        }
    }

    /// Notes that the status is to be called back, where it is.
    fn announce(&mut self, now: Moment, settings: &Settings) {
        if self.order.callback_url.is_some() {
            let all = self.variants(settings).callback_statuses == CallbackStatuses::All;
            let wanted = Report { status: self.status.text(), is_terminal: self.status.is_terminal(), all };
            settings.callbacks.report(&mut self.notices, wanted, now);
        }
    }
}
