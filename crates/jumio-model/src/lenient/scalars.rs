//! More of the same for single values: booleans, whole numbers, lists and maps of texts.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_with::DeserializeAs;

use super::{IgnoredAny, Numbers, Scalar, fmt};
use crate::unknowns;

/// `Option<bool>`: a boolean, or a string that holds one; anything else is `None`.
pub(crate) struct Flag;

impl<'de> DeserializeAs<'de, Option<bool>> for Flag {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
        struct Flags;
        impl<'de> Visitor<'de> for Flags {
            type Value = Option<bool>;
            otherwise!(None, map, seq);
            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Some(value))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
                unknowns::odd();
                Ok(None)
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
                unknowns::odd();
                Ok(None)
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
                unknowns::odd();
                Ok(None)
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
                unknowns::odd();
                Ok(value.trim().to_ascii_lowercase().parse().ok())
            }
        }
        deserializer.deserialize_any(Flags)
    }
}

/// What can also be said in one text.
pub(crate) trait FromText {
    fn from_text(text: &str) -> Self;
}

/// `Option<T>` of an object that one source shows as a text; anything else is `None`.
pub(crate) struct ObjectOrText;

impl<'de, T: Deserialize<'de> + FromText> DeserializeAs<'de, Option<T>> for ObjectOrText {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + FromText> Visitor<'de> for Either<T> {
            type Value = Option<T>;
            otherwise!(@common None);
            otherwise!(@seq None);
            fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
                self.visit_unit()
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
                self.visit_unit()
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
                self.visit_unit()
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
                self.visit_unit()
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                unknowns::odd();
                Ok(Some(T::from_text(text)))
            }
            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Some)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// As [`Text`](super::Text), for a text that is kept as such although its values are listed: [`Raw::unknowns`] looks it up.
///
/// [`Raw::unknowns`]: crate::Raw::unknowns
macro_rules! listed_text {
    ( $( $(#[$meta:meta])* $name:ident = $newtype:expr; )+ ) => { $(
        $(#[$meta])*
        pub(crate) struct $name;

        impl<'de> DeserializeAs<'de, Option<String>> for $name {
            fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
                Ok(deserializer.deserialize_newtype_struct($newtype, Scalar)?.map(|text| text.into_owned()))
            }
        }
    )+ };
}

listed_text! {
    /// The label of a decision.
    LabelText = unknowns::LABEL;
    /// Which part of a credential.
    ClassifierText = unknowns::CLASSIFIER;
}

/// `Option<i64>`: a whole number, or a string that holds one; anything else is `None`.
pub(crate) struct Integer;

impl<'de> DeserializeAs<'de, Option<i64>> for Integer {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let number: Option<Number> = deserializer.deserialize_any(Numbers)?;
        Ok(number.and_then(|number| number.as_i64()))
    }
}

/// `Vec<String>`: a list of scalars, in which what is no scalar is left out; anything else is empty.
pub(crate) struct Texts;

impl<'de> DeserializeAs<'de, Vec<String>> for Texts {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Vec<String>;
            otherwise!(Vec::new(), map);
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(element) = list.next_element::<Element>()? {
                    values.extend(element.0);
                }
                Ok(values)
            }
        }
        struct Element(Option<String>);
        impl<'de> Deserialize<'de> for Element {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self(deserializer.deserialize_any(Scalar)?.map(|text| text.into_owned())))
            }
        }
        deserializer.deserialize_any(Elements)
    }
}

/// `BTreeMap<String, T>` of a lenient type: an object; anything else is empty.
pub(crate) struct ByName;

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, BTreeMap<String, T>> for ByName {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        struct Named<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
            type Value = BTreeMap<String, T>;
            otherwise!(BTreeMap::new(), seq);
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut named = BTreeMap::new();
                while let Some((name, value)) = members.next_entry()? {
                    named.insert(name, value);
                }
                Ok(named)
            }
        }
        deserializer.deserialize_any(Named(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};
    use serde_with::serde_as;

    use super::{Flag, Integer, Texts};

    #[serde_as]
    #[derive(Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct All {
        #[serde_as(deserialize_as = "Flag")]
        flag: Option<bool>,
        #[serde_as(deserialize_as = "Integer")]
        integer: Option<i64>,
        #[serde_as(deserialize_as = "Texts")]
        texts: Vec<String>,
    }

    #[test]
    fn what_is_odd_costs_nothing_else() {
        type Case = (Value, Option<bool>, Option<i64>, &'static [&'static str]);
        let cases: [Case; 8] = [
            (json!(true), Some(true), None, &[]),
            (json!("True"), Some(true), None, &[]),
            (json!(3600), None, Some(3600), &[]),
            (json!(" 3600 "), None, Some(3600), &[]),
            (json!(1.5), None, None, &[]),
            (json!(null), None, None, &[]),
            (json!(["a", 1, null, {"b": []}, ["c"]]), None, None, &["a", "1"]),
            (json!({"a": [1, {"b": 2}]}), None, None, &[]),
        ];
        for (value, flag, integer, texts) in cases {
            let all: All = serde_json::from_value(json!({"flag": value, "integer": value, "texts": value})).unwrap();
            assert_eq!(
                (all.flag, all.integer, all.texts),
                (flag, integer, texts.iter().map(|t| t.to_string()).collect())
            );
        }
    }
}
