//! The caller's own references, which Jumio echoes in callbacks and details.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::invalid::InvalidRequest;
use crate::redact::Silent;

// The longer of two documented sets (protocol 3.1): a newer page drops the braces and the pipe, probably a rendering loss.
const FORBIDDEN: &[char] = &['<', '>', '"', '/', ';', '`', '%', '{', '}', '|'];

macro_rules! reference {
    ( $( $(#[$meta:meta])* $name:ident = $field:literal, $rules:literal, $forbidden:expr; )+ ) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl<'de> Deserialize<'de> for $name {
            /// Takes any text, since others may keep the rules less well, and a number as its text: one live request had
            /// one (protocol 3.1).
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::lenient::text(deserializer, |text| Self(text.into()))
            }
        }

        impl $name {
            #[doc = concat!(
                "Takes a reference of 1 to 100 characters, none of them ", $rules,
                ". It must not name a person; UUIDs are safe.",
            )]
            ///
            /// # Errors
            ///
            /// [`InvalidRequest`] with the rule that it breaks.
            pub fn new(text: &str) -> Result<Self, InvalidRequest> {
                if !(1..=100).contains(&text.chars().count()) {
                    return Err(InvalidRequest::new($field, "must have 1 to 100 characters", text));
                }
                // Chosen: no source speaks of control characters, and no reference has one on purpose.
                let forbidden: &[char] = $forbidden;
                if text.contains(forbidden) || text.contains(char::is_control) {
                    return Err(InvalidRequest::new($field, concat!("must not contain ", $rules), text));
                }
                Ok(Self(text.into()))
            }

            /// The reference as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            // By rule it names nobody; in practice it sometimes does.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&Silent(&self.0)).finish()
            }
        }
    )+ };
}

reference! {
    /// The caller's reference of the transaction (`customerInternalReference`, protocol 3.1). Required.
    ///
    /// How sure: length and characters are documented; a newer page drops ``{ } |`` from the list, probably by mistake.
    /// That there is no control character is chosen.
    ///
    /// ```
    /// use jumio_model::CustomerInternalReference;
    ///
    /// assert_eq!(CustomerInternalReference::new("order-17")?.as_str(), "order-17");
    /// assert!(CustomerInternalReference::new("order/17").is_err());
    /// # Ok::<(), jumio_model::InvalidRequest>(())
    /// ```
    CustomerInternalReference = "customerInternalReference", "a control character or any of < > \" / ; ` % { } |", FORBIDDEN;
    /// The caller's reference of the person (`userReference`, protocol 3.1). Echoed in callbacks and details.
    ///
    /// How sure: the length is documented, and the characters that are forbidden in `customerInternalReference` are not
    /// named for this one: a keyed hash in base64, as one live client sends (protocol 6.4), may stand here.
    ///
    /// ```
    /// use jumio_model::UserReference;
    ///
    /// assert_eq!(UserReference::new("user-7")?.as_str(), "user-7");
    /// # Ok::<(), jumio_model::InvalidRequest>(())
    /// ```
    UserReference = "userReference", "a control character", &[];
}

impl CustomerInternalReference {
    /// Takes what Jumio's hosted Mock Service reads there: a JSON object that names the wanted outcome (protocol 13). The
    /// rules of [`new`](Self::new) cannot hold for it; a tenant without that service refuses it.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the text is no JSON object.
    pub fn mock_service(json: &str) -> Result<Self, InvalidRequest> {
        match serde_json::from_str(json) {
            Ok(serde_json::Value::Object(_)) => Ok(Self(json.into())),
            _ => Err(InvalidRequest::new(
                "customerInternalReference",
                "must be a JSON object for the Mock Service",
                json,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CustomerInternalReference, UserReference};

    #[test]
    fn a_number_of_others_is_read_as_its_text() {
        let read: CustomerInternalReference = crate::from_slice(b"17").unwrap();
        assert_eq!(read.as_str(), "17");
    }

    #[test]
    fn the_user_may_be_a_hash_in_base64() {
        assert!(UserReference::new("q/2+aZ9=").is_ok());
        assert_eq!(UserReference::new("a\nb").unwrap_err().field, "userReference");
    }

    #[test]
    fn the_rules_of_a_reference() {
        for good in ["order-17", "x", "Bestellung Nr. 5 (ä)", &"y".repeat(100)] {
            assert!(CustomerInternalReference::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "a\"b", "50%", "{}", "a|b", "<b>", "a;b", "`", "a\nb", &"y".repeat(101)] {
            let error = CustomerInternalReference::new(bad).unwrap_err();
            assert_eq!((error.field, error.length), ("customerInternalReference", bad.chars().count()));
        }
    }
}
