//! The saved form: versioned JSON. Every later version reads every earlier one; a newer one is left alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Flow;

#[cfg(feature = "test-util")]
#[path = "saved_to_come.rs"]
pub(super) mod to_come;

/// The newest version that [`write()`] writes and [`read()`] reads.
pub const VERSION: u32 = 3;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    flow: &'a Flow,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Deserialize)]
struct Saved {
    flow: Flow,
}

/// The version in which [`write()`] writes this flow: the oldest that can hold it, so that workers of the version before go on
/// with flows that use nothing new.
pub fn version_of(flow: &Flow) -> u32 {
    #[cfg(feature = "test-util")]
    if to_come::is_written() {
        return to_come::VERSION;
    }
    match () {
        () if flow.needs_version_three() => 3,
        () if flow.needs_version_two() => 2,
        () => 1,
    }
}

/// The newest version that [`read()`] reads here: [`VERSION`], unless a test plays a version to come.
pub fn newest_version() -> u32 {
    #[cfg(feature = "test-util")]
    if to_come::is_read() {
        return to_come::VERSION;
    }
    VERSION
}

/// Writes a flow. The text holds secrets: a host seals it before it touches a disk.
///
/// # Errors
///
/// [`SavedError::Unwritable`] where the state cannot be written as JSON: a page's path that is not UTF-8.
pub fn write(flow: &Flow) -> Result<Vec<u8>, SavedError> {
    serde_json::to_vec(&Written { version: version_of(flow), flow }).map_err(|_| SavedError::Unwritable)
}

/// Reads what [`write()`] of this or an earlier version wrote.
///
/// # Errors
///
/// [`SavedError::Newer`] for what a newer version wrote: leave it alone. [`SavedError::Unreadable`] for anything else.
pub fn read(saved: &[u8]) -> Result<Flow, SavedError> {
    let Versioned { version } = serde_json::from_slice(saved).map_err(|_| SavedError::Unreadable)?;
    match version {
        // Each only adds members, and each member says what holds where it is missing.
        1.. if version <= newest_version() => {
            serde_json::from_slice::<Saved>(saved).map(|saved| saved.flow).map_err(|_| SavedError::Unreadable)
        }
        0 => Err(SavedError::Unreadable),
        newer => Err(SavedError::Newer { version: newer }),
    }
}

/// A saved state that this version does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SavedError {
    /// A newer version wrote it.
    Newer {
        /// Which.
        version: u32,
    },
    /// It is no saved state.
    Unreadable,
    /// It cannot be written as JSON.
    Unwritable,
}

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { version } => {
                write!(f, "the state was written by a newer version ({version} > {VERSION}); use that version")
            }
            Self::Unwritable => f.write_str("the state cannot be written: a page's path is not UTF-8 text"),
            Self::Unreadable => f.write_str("the state cannot be read: it is damaged, or not a flow's state"),
        }
    }
}

impl std::error::Error for SavedError {}
