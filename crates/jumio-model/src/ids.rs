//! Jumio's identifiers (protocol 3.5). Opaque text on reading: a client that validated them would break on the day
//! their form changes.
//!
//! An id becomes part of a URL only through percent-encoding, and an id that is empty, `.` or `..` is refused there.

use crate::inline_text::InlineText;

/// How long a UUID is as text.
const UUID: usize = 36;

/// Writes an id type: text on the wire, distinct from every other id.
macro_rules! id {
    ( $( $(#[$meta:meta])* $name:ident; )+ ) => { $(
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(InlineText<UUID>);

        impl $name {
            /// Takes an id as it stands. Jumio's are UUIDs; no form is enforced. The default is an empty one.
            pub fn new(id: impl Into<Box<str>>) -> Self {
                let id: Box<str> = id.into();
                Self(InlineText::from(&*id))
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The id as a UUID; `None` where it is none. Jumio's are UUIDs, and not promised to be.
            #[cfg(feature = "uuid")]
            pub fn as_uuid(&self) -> Option<uuid::Uuid> {
                uuid::Uuid::try_parse(self.as_str()).ok()
            }
        }

        #[cfg(feature = "uuid")]
        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(InlineText::from(id.to_string().as_str()))
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        crate::vocabulary::open_enum::text_traits!($name);
    )+ };
}

id! {
    /// A person's account at Jumio (`account.id`, protocol 3.5, 6.2, 7.2). A UUID wherever it was seen.
    ///
    /// ```
    /// use jumio_model::AccountId;
    ///
    /// assert_eq!(AccountId::new("a-1").as_str(), "a-1");
    /// ```
    AccountId;
    /// One transaction of an account (`workflowExecution.id`, `workflow.id`; protocol 3.5, 6.2, 7.2). A UUID
    /// wherever it was seen.
    ///
    /// ```
    /// use jumio_model::WorkflowExecutionId;
    ///
    /// assert_eq!(WorkflowExecutionId::new("w-1").as_str(), "w-1");
    /// ```
    WorkflowExecutionId;
    /// One credential of a transaction (`credentials[].id`, protocol 3.5, 7.3). A UUID wherever it was seen.
    ///
    /// ```
    /// use jumio_model::CredentialId;
    ///
    /// assert_eq!(CredentialId::new("c-1").as_str(), "c-1");
    /// ```
    CredentialId;
}

#[cfg(all(test, feature = "uuid"))]
mod tests {
    use super::AccountId;

    #[test]
    fn an_id_is_a_uuid_where_it_is_one() {
        let text = "11111111-1111-4111-8111-11111111111a";
        let uuid = AccountId::from(text).as_uuid().unwrap();
        assert_eq!(AccountId::from(uuid).as_str(), text);
        assert_eq!(AccountId::from("account-1").as_uuid(), None);
    }
}
