//! The macro behind the long code lists (countries, document types): known codes are constants with a name and details.
//!
//! A list of 250 codes is looked up far more often than it is matched on, and tenants define codes of their own, so a code
//! is a small text with constants rather than an enumeration with variants.

/// Writes an open code list: `open_code! { /// Doc. pub struct Name: Info; /// Doc. CONST = "CODE", "Name", Info { … }; … }`.
/// A list of which nothing is known beside the names is `pub struct Name;` with rows `CONST = "CODE", "Name";`.
macro_rules! open_code {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $info:ident;
        $( $(#[$code_meta:meta])* $constant:ident = $code:literal, $label:literal, $details:expr; )+
    ) => {
        $crate::vocabulary::open_code::open_code! {
            @codes
            $(#[$meta])*
            struct $name: $info;
            $( $(#[$code_meta])* $constant = $code, $label, $details; )+
        }

        impl $name {
            /// What the reference says of the code, for a known code.
            pub fn info(&self) -> Option<&'static $info> {
                self.row().map(|(_, _, info)| info)
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident;
        $( $(#[$code_meta:meta])* $constant:ident = $code:literal, $label:literal; )+
    ) => {
        $crate::vocabulary::open_code::open_code! {
            @codes
            $(#[$meta])*
            struct $name: ();
            $( $(#[$code_meta])* $constant = $code, $label, (); )+
        }
    };
    (
        @codes
        $(#[$meta:meta])*
        struct $name:ident: $info:ty;
        $( $(#[$code_meta:meta])* $constant:ident = $code:literal, $label:literal, $details:expr; )+
    ) => {
        $(#[$meta])*
        ///
        /// Open: a code that this version does not know keeps its text ([`as_str`](Self::as_str)) and is not an error.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::borrow::Cow<'static, str>);

        impl $name {
            $( $(#[$code_meta])* pub const $constant: Self = Self(std::borrow::Cow::Borrowed($code)); )+

            const TABLE: &'static [(&'static str, &'static str, $info)] = &[ $( ($code, $label, $details), )+ ];

            /// The code as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Every code this version knows, with its English name.
            pub fn known() -> impl Iterator<Item = (Self, &'static str)> {
                Self::TABLE.iter().map(|(code, label, _)| (Self(std::borrow::Cow::Borrowed(*code)), *label))
            }

            /// Whether this version knows the code.
            pub fn is_known(&self) -> bool {
                self.row().is_some()
            }

            /// The English name, for a known code.
            pub fn name(&self) -> Option<&'static str> {
                self.row().map(|(_, label, _)| *label)
            }

            fn row(&self) -> Option<&'static (&'static str, &'static str, $info)> {
                Self::TABLE.iter().find(|(code, _, _)| *code == self.0)
            }
        }

        #[cfg(feature = "schemars")]
        $crate::schema::open_list!($name, Self::TABLE.iter().map(|(code, label, _)| (*code, Some(*label))));

        impl From<&str> for $name {
            fn from(code: &str) -> Self {
                match Self::TABLE.iter().find(|(known, _, _)| *known == code) {
                    Some((known, _, _)) => Self(std::borrow::Cow::Borrowed(*known)),
                    None => {
                        $crate::unknowns::value(code);
                        Self(std::borrow::Cow::Owned(code.to_owned()))
                    }
                }
            }
        }

        $crate::vocabulary::open_enum::text_traits!($name);
    };
}

pub(crate) use open_code;
