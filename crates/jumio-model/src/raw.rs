//! Keeping what was received: the text of a reply beside the typed value.
//!
//! A typed value knows only what this version knows. [`Raw`] keeps the whole text, shared, and writes it back as it came, so
//! that nothing received is ever lost and no type needs a catch-all map.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::json::{self, ReadError};

/// A typed value together with the JSON text it was read from.
///
/// Dereferences to the value; [`text`](Self::text) is what came, byte for byte. Serializing writes the text. Cloning shares
/// it. `Debug` shows the typed value only, whose own `Debug` is silent about people and secrets.
///
/// ```
/// use jumio_model::{Raw, WorkflowStatusReply};
///
/// let text = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","status":"NEW_ONE"},"extra":1}"#;
/// let status: Raw<WorkflowStatusReply> = jumio_model::from_slice(text.as_bytes())?;
/// assert_eq!(status.workflow_execution.status.as_str(), "NEW_ONE");
/// assert_eq!(serde_json::to_string(&status).unwrap(), text);
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Clone)]
pub struct Raw<T> {
    value: T,
    text: Arc<str>,
}

impl<T: DeserializeOwned> Raw<T> {
    /// Reads a text and keeps it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the JSON path, when the text is not JSON or does not have the shape of `T`.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        Ok(Self { value: json::from_str(text)?, text: Arc::from(text) })
    }
}

impl<T> Raw<T> {
    /// The text as it was received.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The typed value without the text.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Raw<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Raw").field(&self.value).finish()
    }
}

impl<T> PartialEq for Raw<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Serialize for Raw<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.text).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::read(raw.get()).map_err(D::Error::custom)
    }
}
