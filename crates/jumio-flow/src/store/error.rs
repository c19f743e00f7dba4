//! What can go wrong with a store.

use std::error::Error;
use std::fmt;

use super::codec::CodecError;
use crate::machine::SavedError;

/// A store that could not do what it was asked. Nothing changed, unless [`Unavailable`](Self::Unavailable) says otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The database, the file or the disk failed. Whether the change is durable is not known.
    Unavailable {
        /// What was attempted.
        action: &'static str,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store could not make sure that what it was given is kept, and does no more in this process.
    Broken {
        /// What was attempted.
        action: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The flows of this profile are made with another site.
    OtherSite {
        /// The profile.
        profile: String,
        /// The site that its flows are made with.
        bound: String,
        /// The site of the host that was refused.
        asked: String,
    },
    /// No host has worked with this profile on this store, so nobody would run its flows.
    UnknownProfile {
        /// The profile.
        profile: String,
    },
    /// A state is sealed, and the codec cannot open it.
    Sealed(CodecError),
    /// A state is open, and this version does not read it.
    State(SavedError),
    /// The database has a schema that is too old for this version, or none. Opening changes no schema by itself.
    OlderSchema {
        /// The version of its schema; 0 where it has none.
        found: i64,
        /// The one that this version needs.
        needed: i64,
    },
    /// The database was made by a newer version.
    NewerSchema {
        /// The version of its schema.
        found: i64,
        /// The newest that this version reads.
        known: i64,
    },
}

impl StoreError {
    /// A failure of what the store stands on.
    pub fn unavailable(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { action, source: source.into() }
    }

    /// Refuses a site that is not the one that this profile is bound to.
    ///
    /// # Errors
    ///
    /// [`StoreError::OtherSite`].
    pub fn unless_same_site(profile: &str, bound: &str, asked: &str) -> Result<(), Self> {
        if bound == asked {
            return Ok(());
        }
        Err(Self::OtherSite { profile: profile.to_owned(), bound: bound.to_owned(), asked: asked.to_owned() })
    }

    /// What it says, with its cause.
    pub(crate) fn whole(&self) -> String {
        self.source().map_or_else(|| self.to_string(), |source| format!("{self}: {source}"))
    }

    /// Whether it is about one flow, which cannot be read; others can.
    pub fn is_of_one_flow(&self) -> bool {
        matches!(self, Self::Sealed(_) | Self::State(_))
    }

    /// Whether asking again helps nobody in this process: it has to end, and somebody has to look.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Broken { .. } | Self::OtherSite { .. } | Self::OlderSchema { .. } | Self::NewerSchema { .. }
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { action, .. } => write!(f, "the store could not {action}"),
            Self::Broken { action, .. } => write!(f, "the store could not {action}, and does no more in this process"),
            Self::OtherSite { profile, bound, asked } => write!(
                f,
                "the flows of profile `{profile}` are made with {bound}, and this host works with {asked}; give the host a \
                 profile or a store of its own, or call `forget_site` once if it is the site that moved"
            ),
            Self::UnknownProfile { profile } => write!(
                f,
                "no host has worked with profile `{profile}` on this store, so nobody would run the flow; write the profile as \
                 your host has it, and call `bind_profile` of the host once before the first flow is started"
            ),
            Self::Sealed(error) => error.fmt(f),
            Self::State(error) => error.fmt(f),
            Self::OlderSchema { found: 0, .. } => {
                f.write_str("the database has no tables of this program yet; call `migrate` once to make them")
            }
            Self::OlderSchema { found, needed } => write!(
                f,
                "the database has schema {found}, and this version needs {needed}; make a backup, then call `migrate`"
            ),
            Self::NewerSchema { found, known } => write!(
                f,
                "the database has schema {found}, and this version knows up to {known}; use the version that made it"
            ),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable { source, .. } | Self::Broken { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl From<CodecError> for StoreError {
    fn from(error: CodecError) -> Self {
        Self::Sealed(error)
    }
}

impl From<SavedError> for StoreError {
    fn from(error: SavedError) -> Self {
        Self::State(error)
    }
}
