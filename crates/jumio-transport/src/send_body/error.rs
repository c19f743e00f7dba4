//! What can be wrong with a file of a body.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of a body cannot be sent.
///
/// The text does not name the file, since a file's name often names a person: [`path`](Self::path) does, for whoever may
/// show it.
#[derive(Clone)]
pub struct BodyError {
    kind: BodyErrorKind,
    path: PathBuf,
    source: Option<Arc<io::Error>>,
}

/// What is wrong with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyErrorKind {
    /// It is not there, or may not be read.
    Open,
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// It has another length than when the request was made.
    Length {
        /// How many bytes the request was made for.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It was cut short while it was read.
    Shrank,
    /// It grew or was written to while it was read.
    Changed,
    /// Reading failed.
    Read,
}

impl BodyError {
    pub(crate) fn new(kind: BodyErrorKind, path: &Path) -> Self {
        Self { kind, path: path.to_owned(), source: None }
    }

    pub(super) fn open(path: &Path, error: io::Error) -> Self {
        Self { kind: BodyErrorKind::Open, path: path.to_owned(), source: Some(Arc::new(error)) }
    }

    pub(super) fn read(path: &Path, error: io::Error) -> Self {
        Self { kind: BodyErrorKind::Read, path: path.to_owned(), source: Some(Arc::new(error)) }
    }

    /// What is wrong with the file.
    pub fn kind(&self) -> BodyErrorKind {
        self.kind
    }

    /// The file. Its name may be personal.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            BodyErrorKind::Open => f.write_str("a file of the request cannot be opened"),
            BodyErrorKind::NotAFile => f.write_str("a file of the request is no regular file"),
            BodyErrorKind::Length { expected, found } => write!(
                f,
                "a file of the request has {found} bytes and had {expected} when the request was made; check it and begin again"
            ),
            BodyErrorKind::Shrank => f.write_str("a file of the request was cut short while it was sent"),
            BodyErrorKind::Changed => f.write_str("a file of the request was written to while it was sent"),
            BodyErrorKind::Read => f.write_str("a file of the request cannot be read"),
        }
    }
}

impl fmt::Debug for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyError").field("kind", &self.kind).field("source", &self.source).finish_non_exhaustive()
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
