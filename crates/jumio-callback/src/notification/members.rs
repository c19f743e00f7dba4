//! The few members that are read of a callback's body, each on its own: what is missing, unknown or of another kind than
//! documented costs nothing but itself. Everything else is passed over without being kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a body says, as it stands there. Of a member that comes twice the last one counts.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub(super) sent_at: Text<'a>,
    pub(super) execution: Named<'a>,
    pub(super) account: Named<'a>,
}

/// An object's id and status.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub(super) id: Text<'a>,
    pub(super) status: Text<'a>,
}

/// A text, where it is one.
#[derive(Default)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

/// A member's name: most stand in the body as they are, and need no memory of their own.
struct Name<'a>(Cow<'a, str>);

/// Whatever is no text and no object is nothing to look at.
macro_rules! others_are_nothing {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            others_are_nothing!();

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Named<'de>;

            others_are_nothing!();

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Named::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut named = Named::default();
                while let Some(Name(name)) = object.next_key()? {
                    match &*name {
                        "id" => named.id = object.next_value()?,
                        "status" => named.status = object.next_value()?,
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(named)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The body itself has to be an object.
impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some(Name(name)) = object.next_key()? {
                    match &*name {
                        "callbackSentAt" => members.sent_at = object.next_value()?,
                        "workflowExecution" => members.execution = object.next_value()?,
                        "account" => members.account = object.next_value()?,
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    fn read(body: &str) -> Option<[Option<String>; 4]> {
        let Members { sent_at, execution, account } = serde_json::from_str(body).ok()?;
        Some([sent_at, execution.id, execution.status, account.id].map(|text| text.0.map(Into::into)))
    }

    fn texts(texts: [&str; 4]) -> Option<[Option<String>; 4]> {
        Some(texts.map(|text| (text != "-").then(|| text.to_owned())))
    }

    #[test]
    fn each_member_stands_alone() {
        let table = [
            (r#"{}"#, ["-", "-", "-", "-"]),
            (
                r#"{"callbackSentAt":"t","workflowExecution":{"id":"w","status":"S"},"account":{"id":"a"}}"#,
                ["t", "w", "S", "a"],
            ),
            (
                r#"{"callbackSentAt":1,"workflowExecution":{"id":[{}],"status":"S"},"account":"a"}"#,
                ["-", "-", "S", "-"],
            ),
            (r#"{"callbackSentAt":{"id":"t"},"workflowExecution":[{"id":"w"}],"account":null}"#, ["-", "-", "-", "-"]),
            (
                r#"{"callbackSentAt":true,"workflowExecution":-1.5e3,"account":{"id":null,"status":{}}}"#,
                ["-", "-", "-", "-"],
            ),
            (r#"{"more":[1,{"id":"x"}],"account":{"href":"x","id":"a","more":{"id":"y"}}}"#, ["-", "-", "-", "a"]),
            // Written in another way, it says the same.
            (r#"{"\u0061ccount":{"i\u0064":"\u0061"},"callbackSentAt":"\u0074"}"#, ["t", "-", "-", "a"]),
            // The last one counts, also where that is none.
            (r#"{"account":{"id":"a","id":"b"},"callbackSentAt":"t","callbackSentAt":2}"#, ["-", "-", "-", "b"]),
            (r#"{"account":{"id":"a"},"account":{}}"#, ["-", "-", "-", "-"]),
        ];
        for (body, expected) in table {
            assert_eq!(read(body), texts(expected), "{body}");
        }
    }

    #[test]
    fn the_body_is_one_whole_object() {
        for body in
            ["", "[]", "null", "\"account\"", "1", "{", "{} {}", r#"{"account":}"#, r#"{"a":tru}"#, "{\"a\":\"\u{1}\"}"]
        {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
