//! Reading without falling over: a member of another kind than documented never costs the reply that it stands in.
//!
//! The conversions stream: they keep no copy of what they read, so a well-formed reply is read as fast as with the plain
//! derive. What was odd is not lost, since [`Raw`](crate::Raw) keeps the text, and is named by
//! [`Raw::unknowns`](crate::Raw::unknowns). They are used through `serde_with`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_with::DeserializeAs;

use crate::unknowns;

/// The visits of a [`Visitor`] for which another kind of value is not what is wanted: `$value`, with nothing left unread.
macro_rules! otherwise {
    (@common $value:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
    };
    (@scalars $value:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            unknowns::odd();
            Ok($value)
        }
    };
    (@map $value:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            unknowns::odd();
            unknowns::quietly(|| {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok($value)
            })
        }
    };
    (@seq $value:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            unknowns::odd();
            unknowns::quietly(|| {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok($value)
            })
        }
    };
    ($value:expr, map) => {
        otherwise!(@common $value);
        otherwise!(@scalars $value);
        otherwise!(@map $value);
    };
    ($value:expr, seq) => {
        otherwise!(@common $value);
        otherwise!(@scalars $value);
        otherwise!(@seq $value);
    };
    ($value:expr, map, seq) => {
        otherwise!(@common $value);
        otherwise!(@map $value);
        otherwise!(@seq $value);
    };
    ($value:expr) => {
        otherwise!(@common $value);
        otherwise!(@scalars $value);
    };
}

// Below the macro, so that it sees it.
mod scalars;

pub(crate) use scalars::{ByName, ClassifierText, Flag, FromText, Integer, LabelText, ObjectOrText, Texts};

/// Reads any scalar as text; null, a list or an object as an empty one.
pub(crate) fn text<'de, D: Deserializer<'de>, T>(deserializer: D, make: impl FnOnce(&str) -> T) -> Result<T, D::Error> {
    let text = deserializer.deserialize_any(Scalar)?;
    Ok(make(text.as_deref().unwrap_or_default()))
}

/// `Option<String>`, or an optional text type: any scalar is text, anything else is `None`.
pub(crate) struct Text;

impl<'de, T: for<'a> From<&'a str>> DeserializeAs<'de, Option<T>> for Text {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(deserializer.deserialize_any(Scalar)?.map(|text| T::from(&text)))
    }
}

/// An optional type made of a number: a number, or a string that holds one; anything else is `None`.
pub(crate) struct Numeric;

impl<'de, T: From<Number>> DeserializeAs<'de, Option<T>> for Numeric {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(deserializer.deserialize_any(Numbers)?.map(T::from))
    }
}

/// `Option<T>` of an object: anything but an object is `None`.
pub(crate) struct Object;

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, Option<T>> for Object {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(Objects(PhantomData))
    }
}

/// `Vec<T>` of objects: a list, or one object for a list of one; anything else is empty.
pub(crate) struct List;

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, Vec<T>> for List {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(Lists(PhantomData))
    }
}

/// `Vec<T>` of scalars: a list; anything else is empty.
pub(crate) struct Scalars;

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, Vec<T>> for Scalars {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        struct Elements<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = Vec<T>;
            otherwise!(Vec::new(), map);
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(values)
            }
        }
        deserializer.deserialize_any(Elements(PhantomData))
    }
}

/// `BTreeMap<String, Value>`: an object as it stands; anything else is empty.
pub(crate) struct Values;

impl<'de> DeserializeAs<'de, BTreeMap<String, Value>> for Values {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Value>, D::Error> {
        Ok(deserializer.deserialize_any(Objects(PhantomData))?.unwrap_or_default())
    }
}

/// `BTreeMap<K, Vec<T>>`: an object of lists, each read as [`List`]; anything else is empty.
pub(crate) struct ListsByName;

impl<'de, K: Deserialize<'de> + Ord, T: Deserialize<'de>> DeserializeAs<'de, BTreeMap<K, Vec<T>>> for ListsByName {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<K, Vec<T>>, D::Error> {
        struct Named<K, T>(PhantomData<(K, T)>);
        impl<'de, K: Deserialize<'de> + Ord, T: Deserialize<'de>> Visitor<'de> for Named<K, T> {
            type Value = BTreeMap<K, Vec<T>>;
            otherwise!(BTreeMap::new(), seq);
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut named = BTreeMap::new();
                while let Some(name) = members.next_key()? {
                    named.insert(name, members.next_value_seed(Lists(PhantomData))?);
                }
                Ok(named)
            }
        }
        deserializer.deserialize_any(Named(PhantomData))
    }
}

/// Any scalar as text.
struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<Cow<'de, str>>;
    otherwise!(None, map, seq);
    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        unknowns::odd();
        Ok(Some(Cow::Borrowed(if value { "true" } else { "false" })))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        unknowns::odd();
        Ok(Some(value.to_string().into()))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        unknowns::odd();
        Ok(Some(value.to_string().into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        unknowns::odd();
        // As serde_json writes it: `1.0`, not `1`.
        Ok(Number::from_f64(value).map(|number| number.to_string().into()))
    }
    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.to_owned().into()))
    }
}

/// A number, or a string that holds one.
struct Numbers;

impl<'de> Visitor<'de> for Numbers {
    type Value = Option<Number>;
    otherwise!(None, map, seq);
    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        unknowns::odd();
        Ok(None)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(value))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        unknowns::odd();
        Ok(value.trim().parse().ok())
    }
}

/// An object.
struct Objects<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Option<T>;
    otherwise!(None, seq);
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Some)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Objects<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A list of objects.
struct Lists<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = Vec<T>;
    otherwise!(Vec::new());
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        unknowns::odd();
        T::deserialize(MapAccessDeserializer::new(members)).map(|one| vec![one])
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Objects(PhantomData))? {
            values.extend(value);
        }
        Ok(values)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Lists<T> {
    type Value = Vec<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}
