//! Content that is just arriving: written piece by piece, to a file where the store has a folder, so that no upload lies
//! in memory as a whole.

use std::io::{self, Write as _};

use tempfile::NamedTempFile;

/// Content that is not yet kept. Dropping it forgets it.
pub(crate) enum Spool {
    /// For a store without a folder.
    Memory(Vec<u8>),
    /// In the store's own folder.
    File(NamedTempFile),
}

impl Spool {
    pub(super) fn memory() -> Self {
        Self::Memory(Vec::new())
    }

    pub(super) fn file(file: NamedTempFile) -> Self {
        Self::File(file)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(buffer) => {
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            Self::File(file) => file.write_all(bytes),
        }
    }
}
