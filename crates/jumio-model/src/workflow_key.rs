//! Which workflow a transaction runs (`workflowDefinition.key`).

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key of a workflow (`workflowDefinition.key`). Open: tenants get keys of their own (vocabulary 1).
///
/// Requests have it as a JSON number on most of Jumio's pages, as a string on one and in three live clients; both are
/// accepted (protocol 3.1; seen). It is written as it was made: [`WorkflowKey::DOC_PROOF`] as a number, as in the
/// quickstart. Replies always carry a string.
///
/// ```
/// use jumio_model::WorkflowKey;
///
/// assert_eq!(serde_json::to_string(&WorkflowKey::DOC_PROOF).unwrap(), "10170");
/// assert_eq!(serde_json::to_string(&WorkflowKey::text("10170")).unwrap(), "\"10170\"");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WorkflowKey(Form);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Number(u64),
    Text(Box<str>),
}

impl WorkflowKey {
    /// Doc Proof and multi document upload: stores the pages and checks nothing (protocol 3.6; the quickstart, and
    /// seen).
    pub const DOC_PROOF: Self = Self::number(10170);
    /// Standalone document verification with extraction (protocol 3.6; documented, never seen live).
    pub const DOCUMENT_VERIFICATION: Self = Self::number(10026);

    /// A key that is written as a JSON number.
    pub const fn number(key: u64) -> Self {
        Self(Form::Number(key))
    }

    /// A key that is written as a JSON string.
    pub fn text(key: &str) -> Self {
        Self(Form::Text(key.into()))
    }
}

impl fmt::Display for WorkflowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Number(number) => write!(f, "{number}"),
            Form::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for WorkflowKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Number(number) => serializer.serialize_u64(*number),
            Form::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for WorkflowKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = WorkflowKey;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a workflow key, as a number or a string")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<WorkflowKey, E> {
                Ok(WorkflowKey::number(number))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WorkflowKey, E> {
                Ok(WorkflowKey::text(text))
            }
        }
        deserializer.deserialize_any(Key)
    }
}
