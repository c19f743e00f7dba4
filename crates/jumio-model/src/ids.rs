//! Jumio's identifiers. Opaque text on reading: a client that validated them would break on the day their form changes.
//!
//! An id becomes part of a URL only through percent-encoding, and an id that is empty, `.` or `..` is refused there.

/// Writes an id type: text on the wire, distinct from every other id.
macro_rules! id {
    ( $( $(#[$meta:meta])* $name:ident; )+ ) => { $(
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes an id as it stands. Jumio's are UUIDs; no form is enforced. The default is an empty one.
            pub fn new(id: impl Into<Box<str>>) -> Self {
                Self(id.into())
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
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
    /// A person's account at Jumio (`account.id`).
    AccountId;
    /// One transaction of an account (`workflowExecution.id`, `workflow.id`).
    WorkflowExecutionId;
    /// One credential of a transaction (`credentials[].id`).
    CredentialId;
}
