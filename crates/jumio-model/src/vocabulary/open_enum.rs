//! The macro behind every wire enumeration: known values are variants, an unknown value keeps its text.
//!
//! Jumio's lists have grown three times since 2021 (vocabulary 0), so a value that this crate does not know is ordinary
//! input. It is kept byte for byte, written back as it came, and reachable only through `as_str`: code that matches on the
//! text of an unknown value would break silently on the day the value becomes a variant.

/// Writes an open enumeration: `open_enum! { /// Doc. pub enum Name { /// Doc. Variant = "WIRE", … } }`. With
/// `pub personal enum` the value says something of a person, and `Debug` does not show it.
macro_rules! open_enum {
    ( $(#[$meta:meta])* pub enum $name:ident { $($variants:tt)+ } ) => {
        $crate::vocabulary::open_enum::open_enum! { @values $(#[$meta])* enum $name { $($variants)+ } }
        $crate::vocabulary::open_enum::text_traits!($name);
    };
    ( $(#[$meta:meta])* pub personal enum $name:ident { $($variants:tt)+ } ) => {
        $crate::vocabulary::open_enum::open_enum! {
            @values
            $(#[$meta])*
            ///
            /// It says something of a person: `Debug` does not show the value.
            enum $name { $($variants)+ }
        }
        $crate::vocabulary::open_enum::wire_traits!($name);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
    (
        @values
        $(#[$meta:meta])*
        enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $wire:literal, )+
        }
    ) => {
        $(#[$meta])*
        ///
        /// Open: an unknown value keeps its text ([`as_str`](Self::as_str)) and is not an error.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
            #[doc(hidden)]
            _Unknown($crate::vocabulary::UnknownText),
        }

        impl $name {
            /// Every value this version knows, in the order of the reference.
            pub const KNOWN: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )+
                    Self::_Unknown(text) => text.as_str(),
                }
            }

            /// Whether this version knows the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::_Unknown(_))
            }
        }

        /// A value that was not there: unknown, with an empty text.
        impl Default for $name {
            fn default() -> Self {
                Self::_Unknown($crate::vocabulary::UnknownText::new(""))
            }
        }

        #[cfg(feature = "schemars")]
        $crate::schema::open_list!($name, Self::KNOWN.iter().map(|known| (known.as_str(), None)));

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$variant, )+
                    other => {
                        $crate::unknowns::value(other);
                        Self::_Unknown($crate::vocabulary::UnknownText::new(other))
                    }
                }
            }
        }
    };
}

/// `Debug`, `Display`, `Serialize` and `Deserialize` for a type that is one piece of text on the wire.
macro_rules! text_traits {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }

        $crate::vocabulary::open_enum::wire_traits!($name);
    };
}

/// The traits of [`text_traits`] without `Debug`.
macro_rules! wire_traits {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            // Any scalar is text, and what cannot be text is an empty one: an odd value never costs the reply.
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::text(deserializer, |text| $name::from(text))
            }
        }
    };
}

pub(crate) use open_enum;
pub(crate) use text_traits;
pub(crate) use wire_traits;

#[cfg(test)]
mod tests {
    use crate::vocabulary::{Channel, Gender};

    #[test]
    fn an_unknown_value_keeps_its_text() {
        for text in ["WEB", "web", "", "KIOSK \u{1F5A8}"] {
            let json = serde_json::to_string(text).unwrap();
            let channel: Channel = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&channel).unwrap(), json);
            assert_eq!((channel.as_str(), channel.is_known()), (text, text == "WEB"));
        }
    }

    #[test]
    fn a_personal_value_is_not_shown() {
        assert_eq!(format!("{:?}", Channel::Web), "Channel(\"WEB\")");
        for gender in [Gender::X, Gender::from("something else")] {
            assert_eq!(format!("{gender:?}"), "Gender(…)");
        }
        assert_eq!(serde_json::to_string(&Gender::F).unwrap(), "\"F\"");
    }
}
