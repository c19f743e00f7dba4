//! What a reply holds that this version does not know: named on demand, so that drift is noticed and not only survived.
//!
//! The text is read once more, by the same types, through a deserializer that sees which members nobody asks for
//! ([`watch`]). What only the readers themselves can see (a value of another kind than documented, a value that is not in
//! its vocabulary) they say on the path that they take for it anyway, so that ordinary reading pays nothing for it.

mod listed;
mod notes;
mod watch;

pub(crate) use listed::{CAPABILITY_DATA, CLASSIFIER, LABEL};
pub(crate) use notes::{odd, quietly, value};

use std::fmt;

use serde::de::DeserializeOwned;

use crate::Raw;
use crate::redact::Silent;

/// What kind of thing is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnknownKind {
    /// A member that the type does not have, or a name that its vocabulary does not have.
    Member,
    /// A value that its vocabulary does not have. It keeps its text.
    Value,
    /// A value of another kind than documented: null, a number for a text, a text for an object. Read all the same where
    /// that makes sense (a number as text, one object as a list of one), else as if it were absent.
    Shape,
}

/// One thing in a received text that this version does not know.
///
/// `Display` and `Debug` show where it is and what kind of thing it is, never what it holds: that may be somebody's name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    path: Box<str>,
    kind: UnknownKind,
    value: Option<Box<str>>,
}

impl Unknown {
    /// The JSON path of the place, such as `workflowExecution.credentials[1].category`, fit for one line of a log; empty for
    /// the document itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What kind of thing it is.
    pub fn kind(&self) -> UnknownKind {
        self.kind
    }

    /// The text of a value that its vocabulary does not have. May say something of a person.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            UnknownKind::Member => "unknown member",
            UnknownKind::Value => "unknown value",
            UnknownKind::Shape => "another kind of value than documented",
        };
        if self.path.is_empty() { f.write_str(what) } else { write!(f, "{what} at `{}`", self.path) }
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("value", &self.value.as_deref().map(Silent))
            .finish()
    }
}

impl<T: DeserializeOwned> Raw<T> {
    /// Each member and value of the text that this version of the types does not know, in the order of the text.
    ///
    /// Reads the text once more, so ask where drift is watched (once per reply, or for a sample), not in a loop.
    ///
    /// The data of a capability is looked into as its view has it ([`Capability`](crate::Capability)), and a label is looked up
    /// among those of its capability. What Jumio documents without a shape is kept as it came and is not looked into.
    ///
    /// ```
    /// use jumio_model::{Raw, UnknownKind, WorkflowDetails};
    ///
    /// let body = br#"{"workflow":{"id":"w","status":"PAUSED"},"account":{"id":"a","since":2025},"startedAt":null}"#;
    /// let details: Raw<WorkflowDetails> = jumio_model::from_slice(body)?;
    /// let unknowns = details.unknowns();
    /// let found: Vec<_> = unknowns.iter().map(|unknown| (unknown.path(), unknown.kind())).collect();
    /// assert_eq!(found, [
    ///     ("workflow.status", UnknownKind::Value),
    ///     ("account.since", UnknownKind::Member),
    ///     ("startedAt", UnknownKind::Shape),
    /// ]);
    /// assert_eq!(unknowns[0].value(), Some("PAUSED"));
    /// # Ok::<(), jumio_model::ReadError>(())
    /// ```
    pub fn unknowns(&self) -> Vec<Unknown> {
        notes::taken(|| {
            let mut deserializer = serde_json::Deserializer::from_str(self.text());
            // It was read before, by the same type: there is nothing left to fail.
            drop(T::deserialize(watch::Watched(&mut deserializer)));
        })
    }
}
