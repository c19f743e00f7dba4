//! What is kept of a result, and when Jumio is to erase its own copy.

use std::fmt;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use jumio_model::{CredentialId, WorkflowDetails, WorkflowStatus};
use serde::{Deserialize, Serialize};

use super::{Ending, Flow, Op, is_default};

/// What to keep once there is a result. In this order: the result itself is saved with the flow, then the parts, then the
/// report, each synced to the disk and hashed; only then, and if nobody holds it back, Jumio erases the transaction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Keep {
    /// Where files go: into a folder of the transaction's own below this one.
    pub folder: PathBuf,
    /// Whether the parts of the document are kept.
    pub parts: bool,
    /// Whether the report is kept. That there is one is known from one client alone (protocol 7.8).
    pub report: bool,
    /// Whether Jumio erases the transaction after that. Also where it expired or was cancelled: there is nothing to keep, but
    /// Jumio may have personal data of it.
    pub erase: bool,
}

impl Keep {
    /// Keeps the parts, below this folder.
    pub fn parts(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), parts: true, report: false, erase: false }
    }

    /// Keeps nothing but the result, and has Jumio erase.
    pub fn nothing_and_erase() -> Self {
        Self { folder: PathBuf::new(), parts: false, report: false, erase: true }
    }

    /// Keeps the report, too.
    #[must_use]
    pub fn and_report(mut self) -> Self {
        self.report = true;
        self
    }

    /// Has Jumio erase the transaction once everything is kept.
    #[must_use]
    pub fn then_erase(mut self) -> Self {
        self.erase = true;
        self
    }
}

// A folder's name may name a person.
impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parts, report, erase, .. } = self;
        write!(f, "Keep(parts: {parts}, report: {report}, erase: {erase})")
    }
}

/// A file of the result that is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeptFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// What it is, as Jumio says.
    pub content_type: Option<String>,
}

impl KeptFile {
    /// A file that is whole and synced.
    pub fn new(path: impl Into<PathBuf>, bytes: u64, sha256: [u8; 32], content_type: Option<String>) -> Self {
        Self { path: path.into(), bytes, sha256, content_type }
    }
}

impl fmt::Debug for KeptFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptFile({} bytes)", self.bytes)
    }
}

/// How far keeping has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Kept {
    /// What is kept so far.
    #[serde(default, skip_serializing_if = "is_default")]
    pub files: Vec<KeptFile>,
    /// How many files Jumio did not have any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missing: u32,
    /// When Jumio erased the transaction, or said that it had.
    #[serde(default, skip_serializing_if = "is_default")]
    pub erased_at: Option<DateTime<Utc>>,
    /// How many parts are dealt with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) parts_done: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) report_done: bool,
}

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

impl Flow {
    /// What is kept of the result so far, and whether Jumio erased its copy.
    pub fn kept(&self) -> &Kept {
        &self.history.kept
    }

    /// The part at this place of the result, as [`Op::KeepPart`] counts them.
    pub fn part(&self, place: u32) -> Option<PartName> {
        let details = self.ending()?.details()?;
        parts(details).nth(usize::try_from(place).ok()?)
    }

    /// The next thing to keep or to erase; `None` where all is done, or nothing is to be kept.
    pub(super) fn next_to_keep(&self) -> Option<Op> {
        let keep = self.spec.keep.as_ref();
        let details = self.ending()?.details();
        let kept = &self.history.kept;
        // Data that Jumio erased by itself cannot be fetched any more (protocol 7.2).
        let is_there = details.is_some_and(|details| details.wiped_out_at.is_none()) && kept.erased_at.is_none();
        if let Some(keep) = keep.filter(|_| is_there) {
            if keep.parts && self.part(kept.parts_done).is_some() {
                return Some(Op::KeepPart { part: kept.parts_done });
            }
            if keep.report && !kept.report_done {
                return Some(Op::KeepReport);
            }
        }
        let erase = self.history.erase_asked || keep.is_some_and(|keep| keep.erase);
        // One that only a callback named may be another's, until its result has our reference.
        let is_ours = self.transaction.is_some() && !self.history.named_by_callback;
        let can_erase = is_ours && kept.erased_at.is_none() && self.knows_the_end();
        (erase && can_erase).then_some(Op::Erase)
    }

    /// Whether the transaction is over at Jumio: nothing is erased that may still bring a result.
    fn knows_the_end(&self) -> bool {
        match self.ending() {
            Some(Ending::Decided { .. } | Ending::Expired { .. }) => true,
            Some(Ending::Cancelled { late: Some(_), .. }) => true,
            // Without a result nothing is kept, so nothing may be erased that still has one.
            Some(Ending::Cancelled { .. }) => {
                self.history.result_is_gone || self.last_status.as_ref().is_some_and(WorkflowStatus::is_expired)
            }
            _ => false,
        }
    }
}
