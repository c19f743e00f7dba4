//! Content that is just arriving: written to a file piece by piece, so that no upload piles up in memory.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Content that is not yet kept. Dropping it forgets it.
pub(crate) struct Spool(NamedTempFile);

impl Spool {
    pub(super) fn new(file: NamedTempFile) -> Self {
        Self(file)
    }

    pub(super) fn into_file(self) -> NamedTempFile {
        self.0
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}
