//! What is to be kept of a result, and how far that has come.

use std::fmt;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::is_default;

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

impl Kept {
    /// Adds a file; one that took the place of an earlier one is there once.
    pub(super) fn add(&mut self, file: KeptFile) {
        self.files.retain(|known| known.path != file.path);
        self.files.push(file);
    }

    /// The result changed: its parts may be others, or in another order.
    pub(super) fn begin_anew(&mut self) {
        self.parts_done = 0;
        self.report_done = false;
    }
}
