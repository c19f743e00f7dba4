//! A whole document as a deserializer that can also hand over its text: so that [`Raw`](crate::Raw) reads a reply once and
//! not twice, once to find where it ends and once for its value.

use std::cell::Cell;
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::de::StrRead;
use serde_path_to_error::{Path, Segment};

/// Whoever asks for a newtype of this name gets a list of two: the document, and its text.
pub(crate) const WHOLE: &str = "$jumio_model::Raw";

/// What JSON calls whitespace: nothing of the document itself.
const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

type Json<'de> = serde_json::Deserializer<StrRead<'de>>;

/// The document and the deserializer at its beginning.
pub(super) struct Whole<'a, 'de> {
    text: &'de str,
    json: &'a mut Json<'de>,
    handed_over: &'a Cell<bool>,
}

impl<'a, 'de> Whole<'a, 'de> {
    /// `handed_over` is set when somebody asks for the text.
    pub(super) fn new(text: &'de str, json: &'a mut Json<'de>, handed_over: &'a Cell<bool>) -> Self {
        Self { text, json, handed_over }
    }
}

/// The path as a reader of the document knows it, who knows nothing of a list of two; empty for the document itself.
pub(super) fn path(path: &Path, handed_over: bool) -> String {
    let mut text = path.to_string();
    if let (true, Some(Segment::Seq { index: 0 })) = (handed_over, path.iter().next()) {
        text = text.strip_prefix("[0]").map(|rest| rest.strip_prefix('.').unwrap_or(rest).to_owned()).unwrap_or(text);
    }
    if text == "." { String::new() } else { text }
}

macro_rules! forward {
    ( $( $method:ident ( $( $argument:ident : $kind:ty ),* ); )+ ) => { $(
        fn $method<V: Visitor<'de>>(self, $( $argument: $kind, )* visitor: V) -> Result<V::Value, Self::Error> {
            self.json.$method($( $argument, )* visitor)
        }
    )+ };
}

impl<'de> Deserializer<'de> for Whole<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if name == WHOLE {
            self.handed_over.set(true);
            visitor.visit_seq(DocumentAndText { whole: self, document_is_read: false })
        } else {
            self.json.deserialize_newtype_struct(name, visitor)
        }
    }

    /// A list in place of an object, which serde would read by position, is a reply that nobody knows. An empty one is what
    /// some languages write for an object without members.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let members = Members { name, fields, visitor };
        if self.text.trim_start_matches(WHITESPACE).starts_with('[') {
            return self.json.deserialize_seq(NoMembers(members));
        }
        self.json.deserialize_struct(name, fields, members)
    }

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

/// A type and who makes it of an object. Of nothing else: code that reads a list would be made for every type.
struct Members<V> {
    name: &'static str,
    fields: &'static [&'static str],
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Members<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(members)
    }
}

/// An empty list in place of an object, read as one without members.
struct NoMembers<V>(Members<V>);

impl<'de, V: Visitor<'de>> Visitor<'de> for NoMembers<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<V::Value, A::Error> {
        if list.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let Self(members) = self;
        let mut empty = Json::from_str("{}");
        // Where a member may not be missing: the place is that of the list, not one in a text that nobody sent.
        let wrong = |_| A::Error::invalid_type(Unexpected::Seq, &"an object");
        empty.deserialize_struct(members.name, members.fields, members).map_err(wrong)
    }
}

struct DocumentAndText<'a, 'de> {
    whole: Whole<'a, 'de>,
    document_is_read: bool,
}

impl<'de> SeqAccess<'de> for DocumentAndText<'_, 'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        if !self.document_is_read {
            self.document_is_read = true;
            let Whole { text, handed_over, .. } = self.whole;
            return seed.deserialize(Whole { text, json: &mut *self.whole.json, handed_over }).map(Some);
        }
        let text = self.whole.text.trim_matches(WHITESPACE);
        seed.deserialize(BorrowedStrDeserializer::new(text)).map(Some)
    }
}
