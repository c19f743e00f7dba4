//! What a capability read, kept as its text: reading a reply only finds where it ends, and whoever asks reads on from there.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::redact::Silent;
use crate::{ReadError, json, unknowns};

/// The data of a run of a capability (`capabilities.….data`, protocol 7.5), as it came. `Debug` shows how long it is.
///
/// It is JSON text and is written as such, by serde_json.
///
/// ```
/// use jumio_model::{Capability, CapabilityData};
///
/// let run: Capability = jumio_model::from_slice(br#"{"data":{"cpf":"1","new": [1]}}"#)?;
/// let data: CapabilityData = run.data.unwrap();
/// assert_eq!(data.text(), r#"{"cpf":"1","new": [1]}"#);
/// assert_eq!(data.read::<serde_json::Value>()?["new"][0], 1);
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct CapabilityData(Box<RawValue>);

impl CapabilityData {
    /// The JSON text, byte for byte.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a type of the caller's, or as a [`serde_json::Value`]. The methods of [`Capability`](crate::Capability)
    /// read it as the reference has it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the JSON path within the data, where it has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        json::from_str(self.text())
    }

    /// Reads an object as a type that takes whatever stands in its members; `None` where it is no object.
    pub(super) fn view<T: DeserializeOwned>(&self) -> Option<T> {
        if !self.text().starts_with('{') {
            return None;
        }
        json::if_readable(self.text()).or_else(|| json::if_readable(&self.each_member_once()?))
    }

    /// The text again. A member that comes twice is refused by a type and not by a `Value`, in which the last one counts.
    fn each_member_once(&self) -> Option<String> {
        Some(serde_json::from_str::<Value>(self.text()).ok()?.to_string())
    }
}

impl PartialEq for CapabilityData {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl fmt::Debug for CapabilityData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CapabilityData").field(&Silent(self.text())).finish()
    }
}

impl<'de> Deserialize<'de> for CapabilityData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Marked;
        impl<'de> Visitor<'de> for Marked {
            type Value = CapabilityData;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                Box::deserialize(TextOrValue(deserializer)).map(CapabilityData)
            }
        }
        deserializer.deserialize_newtype_struct(unknowns::CAPABILITY_DATA, Marked)
    }
}

/// A deserializer that can be asked for its text whether or not it has one: only serde_json's own lend theirs, and one that
/// read ahead (an untagged enum, a flattened struct) does not. There the value is read, and written again.
struct TextOrValue<I>(I);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for TextOrValue<D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_newtype_struct(name, TextOrValueVisitor { name, visitor })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct TextOrValueVisitor<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TextOrValueVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    /// How serde_json lends a text.
    fn visit_map<A: MapAccess<'de>>(self, text: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(text)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let value = Value::deserialize(deserializer)?;
        value.into_deserializer().deserialize_newtype_struct(self.name, self.visitor).map_err(D::Error::custom)
    }
}
