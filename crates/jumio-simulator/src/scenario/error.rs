//! Why a scenario cannot be played.

use std::io;
use std::path::PathBuf;

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read the scenario {}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The text is not TOML.
    #[error("{file}, line {line}: {problem}")]
    Syntax {
        /// The file, or the name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A key is unknown, missing, or has a value that cannot be.
    #[error("{file}, line {line}: {key}: {problem}")]
    Key {
        /// The file, or the name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The key with all that it stands in, such as `outcome.labels.usability`.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}
