//! Where a store of the suite is.

use std::path::{Path, PathBuf};

/// One store of the suite, the same in every process that is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    name: String,
    folder: PathBuf,
}

impl Place {
    pub(crate) fn new(name: String, folder: PathBuf) -> Self {
        Self { name, folder }
    }

    /// Its name: lower-case letters, digits and `_`, at most 40, for a database or a schema on a server. No other store has it,
    /// in this run or another.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A folder of its own, for a store that keeps files. It is there, and empty before the store is opened for the first time;
    /// it goes when the suite is over.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
