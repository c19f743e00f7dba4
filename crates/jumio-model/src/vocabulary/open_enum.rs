//! The macro behind every wire enumeration: known values are variants, an unknown value keeps its text.
//!
//! Jumio's lists have grown three times since 2021 (vocabulary 0), so a value that this crate does not know is ordinary
//! input. It is kept byte for byte, written back as it came, and reachable only through `as_str`: code that matches on the
//! text of an unknown value would break silently on the day the value becomes a variant.

/// Writes an open enumeration: `open_enum! { /// Doc. pub enum Name { /// Doc. Variant = "WIRE", … } }`.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
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

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$variant, )+
                    other => Self::_Unknown($crate::vocabulary::UnknownText::new(other)),
                }
            }
        }

        $crate::vocabulary::open_enum::text_traits!($name);
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
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a string (", stringify!($name), ")"))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        Ok($name::from(text))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

pub(crate) use open_enum;
pub(crate) use text_traits;
