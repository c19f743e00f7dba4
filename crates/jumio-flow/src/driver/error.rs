//! What can go wrong with running a flow. What goes wrong with Jumio is not here: that is the flow's own ending.

use std::error::Error;
use std::fmt;

use crate::store::error::StoreError;
use crate::store::keys::FlowKey;

/// A flow could not be run further by this host. The flow itself is as it was last saved.
#[derive(Debug)]
#[non_exhaustive]
pub enum FlowError {
    /// The store failed.
    Store(StoreError),
    /// The store outlives this process, and others may use it: which flows are this host's has to be said.
    NoProfile,
    /// There is no flow of this name.
    NotFound(FlowKey),
    /// The flow belongs to another profile: a host never touches those.
    OtherProfile {
        /// The flow.
        key: FlowKey,
        /// Where it belongs.
        profile: String,
    },
    /// Another host took the flow over, because this one stood still for longer than its lease.
    TakenOver(FlowKey),
    /// The operating system has no randomness to give.
    Randomness(getrandom::Error),
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::NoProfile => f.write_str(
                "a host on a store that outlives it needs a profile of its own; name it with `profile`, a region for example",
            ),
            Self::NotFound(key) => write!(f, "there is no flow `{key}` in this store"),
            Self::OtherProfile { key, profile } => {
                write!(f, "flow `{key}` belongs to `{profile}`; run it there")
            }
            Self::TakenOver(key) => write!(f, "another process took over flow `{key}`; it goes on there"),
            Self::Randomness(_) => f.write_str("the operating system has no randomness to give"),
        }
    }
}

impl Error for FlowError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => error.source(),
            Self::Randomness(error) => Some(error),
            Self::NoProfile | Self::NotFound(_) | Self::TakenOver(_) | Self::OtherProfile { .. } => None,
        }
    }
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<getrandom::Error> for FlowError {
    fn from(error: getrandom::Error) -> Self {
        Self::Randomness(error)
    }
}
