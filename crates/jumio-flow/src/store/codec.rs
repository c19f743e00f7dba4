//! Sealing the state: it holds transaction tokens, links and results, and must not lie on a disk in the clear.

use std::fmt;

use super::keys::FlowKey;

/// Seals a state before it is stored, and opens it again.
pub trait StateCodec: Send + Sync {
    /// Seals a state. The key binds it to its flow: a sealed state moved to another flow must not open.
    ///
    /// # Errors
    ///
    /// [`CodecError`] where it cannot be sealed.
    fn seal(&self, key: &FlowKey, state: &[u8]) -> Result<Vec<u8>, CodecError>;

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    ///
    /// [`CodecError`] where it was sealed with another key, belongs to another flow, or was changed.
    fn open(&self, key: &FlowKey, sealed: &[u8]) -> Result<Vec<u8>, CodecError>;

    /// Whether it was sealed with the key that [`seal`](Self::seal) uses now. One that was not is sealed anew when keys are
    /// rotated.
    fn is_current(&self, sealed: &[u8]) -> bool {
        let _ = sealed;
        true
    }
}

/// Leaves the state in the clear. For tests, and for stores that never leave memory.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct PlainText;

impl PlainText {
    /// The codec that does nothing.
    pub fn new() -> Self {
        Self
    }
}

impl StateCodec for PlainText {
    fn seal(&self, _: &FlowKey, state: &[u8]) -> Result<Vec<u8>, CodecError> {
        Ok(state.to_vec())
    }

    fn open(&self, _: &FlowKey, sealed: &[u8]) -> Result<Vec<u8>, CodecError> {
        Ok(sealed.to_vec())
    }
}

/// A state that cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodecError {
    /// It could not be sealed.
    Seal,
    /// It was sealed with another key, belongs to another flow, or was changed.
    Open,
    /// It was sealed in a form that this version does not know.
    UnknownForm,
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seal => "the state could not be sealed",
            Self::Open => "the state does not open with this key: use the key file that belongs to this database",
            Self::UnknownForm => "the state is sealed in a form that this version does not know; use a newer version",
        })
    }
}

impl std::error::Error for CodecError {}
