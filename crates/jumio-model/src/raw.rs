//! Keeping what was received: the text of a reply beside the typed value.
//!
//! A typed value knows only what this version knows. [`Raw`] keeps the whole text, shared, and writes it back as it came, so
//! that nothing received is ever lost and no type needs a catch-all map.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, SeqAccess, Visitor};
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
    // In a box: a reply goes through many hands, and one of Jumio's larger ones is over a thousand bytes each time.
    value: Box<T>,
    text: Text,
}

/// A text that clones share.
#[derive(Clone)]
enum Text {
    Plain(Arc<str>),
    #[cfg(all(feature = "endpoint", feature = "zeroize"))]
    Wiped(Arc<zeroize::Zeroizing<Box<str>>>),
}

impl<T: DeserializeOwned> Raw<T> {
    /// Reads a text and keeps it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the JSON path, when the text is not JSON or does not have the shape of `T`.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        Ok(Self { value: Box::new(json::from_str(text)?), text: Text::Plain(Arc::from(text)) })
    }
}

impl<T> Raw<T> {
    /// The text as it was received.
    pub fn text(&self) -> &str {
        match &self.text {
            Text::Plain(text) => text,
            #[cfg(all(feature = "endpoint", feature = "zeroize"))]
            Text::Wiped(text) => text,
        }
    }

    /// Wipes the text from memory with its last clone. Not every text: to wipe a large one takes as long as to read it.
    #[cfg(all(feature = "endpoint", feature = "zeroize"))]
    pub(crate) fn wiped(mut self) -> Self {
        use zeroize::{Zeroize as _, Zeroizing};
        if let Text::Plain(text) = &mut self.text {
            let copy = Zeroizing::new(Box::from(&**text));
            // Nobody else has it yet.
            if let Some(text) = Arc::get_mut(text) {
                text.zeroize();
            }
            self.text = Text::Wiped(Arc::new(copy));
        }
        self
    }

    /// Without the feature `zeroize` nothing is wiped.
    #[cfg(all(feature = "endpoint", not(feature = "zeroize")))]
    pub(crate) fn wiped(self) -> Self {
        self
    }

    /// The typed value without the text.
    pub fn into_value(self) -> T {
        *self.value
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
        f.debug_tuple("Raw").field(&*self.value).finish()
    }
}

impl<T> PartialEq for Raw<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl<T> Serialize for Raw<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.text()).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(json::WHOLE, ValueAndText(PhantomData))
    }
}

struct ValueAndText<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ValueAndText<T> {
    type Value = Raw<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    /// A value inside another document: its text has to be found first.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<T>, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Raw::read(raw.get()).map_err(D::Error::custom)
    }

    /// A whole document, whose text is known. The text is copied last: an allocator that is asked for a large block tidies
    /// up its small ones, and before the value is made those are the ones that it could have used again.
    fn visit_seq<A: SeqAccess<'de>>(self, mut both: A) -> Result<Raw<T>, A::Error> {
        let value: Box<T> = both.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let text: Arc<str> = both.next_element_seed(SharedText)?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        Ok(Raw { value, text: Text::Plain(text) })
    }
}

/// A text, copied once.
struct SharedText;

impl<'de> DeserializeSeed<'de> for SharedText {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for SharedText {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a document")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(Arc::from(text))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Raw;
    use crate::{Callback, WorkflowStatusReply};

    const STATUS: &str = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","status":"NEW"},"x":[1, 2]}"#;

    #[test]
    fn a_document_and_a_part_of_one_keep_their_text() {
        let whole: Raw<WorkflowStatusReply> = crate::from_slice(format!(" {STATUS}\n").as_bytes()).unwrap();
        assert_eq!(whole.text(), STATUS);

        #[derive(Deserialize)]
        struct Outer {
            list: Vec<Raw<WorkflowStatusReply>>,
        }
        let text = format!(r#"{{"list":[{STATUS},{STATUS}]}}"#);
        let outer: Outer = crate::from_slice(text.as_bytes()).unwrap();
        let other: Outer = serde_json::from_str(&text).unwrap();
        for raw in outer.list.iter().chain(&other.list) {
            assert_eq!(raw, &whole);
            assert_eq!(raw.workflow_execution.status.as_str(), "NEW");
        }
    }

    #[test]
    fn an_error_names_the_path_with_and_without_the_text() {
        let text = r#"{"workflowExecution":{"href":"h","id":{}},"x":tru}"#;
        let missing = r#"{"account":{"id":"a"}}"#;
        for text in [
            text,
            missing,
            "{",
            "[]",
            "",
            "{} x",
            "null",
            r#"{"workflowExecution":{"id":"w"}} x"#,
            r#"["a",{"id":"w"}]"#,
        ] {
            let with = crate::from_slice::<Raw<Callback>>(text.as_bytes()).unwrap_err();
            let without = crate::from_slice::<Callback>(text.as_bytes()).unwrap_err();
            assert_eq!(with, without, "{text}");
        }
        let odd = r#"{"workflowExecution":"w"}"#;
        let error = crate::from_slice::<Raw<Callback>>(odd.as_bytes()).unwrap_err();
        assert_eq!(error.path(), "workflowExecution");
        let list = format!(r#"[{{"workflowExecution":{{}}}},{odd}]"#);
        assert_eq!(crate::from_slice::<Vec<Callback>>(list.as_bytes()).unwrap_err().path(), "[1].workflowExecution");
    }
}
