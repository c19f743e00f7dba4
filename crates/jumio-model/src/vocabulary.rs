//! Jumio's lists of values: statuses, decisions, categories, channels, countries, document types.
//!
//! Every list is open (vocabulary 0): a value this version does not know keeps its text and is never an error. The lists
//! are generated from `fixtures/vocabulary` by `cargo xtask codegen`; what one can *do* with a value stands here.

pub(crate) mod open_code;
pub(crate) mod open_enum;

mod generated;

pub use generated::channel::Channel;
pub use generated::country::Country;
pub use generated::credential_category::CredentialCategory;
pub use generated::decision_type::DecisionType;
pub use generated::document_type::DocumentType;
pub use generated::predefined_type::PredefinedType;
pub use generated::workflow_status::WorkflowStatus;

/// The text of a value that this version does not know. Only readable through the enumeration's own `as_str`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownText(Box<str>);

impl UnknownText {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the reference says of a country code (vocabulary 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountryInfo {
    /// ISO 3166-1 alpha-2, where there is one.
    pub alpha2: Option<&'static str>,
}

/// What the reference says of a document type (vocabulary 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentTypeInfo {
    /// The most images or PDF pages that one document may have.
    pub max_pages: u32,
    /// Whether the code can be asked for in an account request. Some codes are only markers.
    pub requestable: bool,
}

impl WorkflowStatus {
    /// Whether nothing more will happen to the transaction: the result is ready, or a deadline passed.
    ///
    /// An unknown status means "still running" (protocol 7.1, trap 13).
    ///
    /// ```
    /// use jumio_model::WorkflowStatus;
    ///
    /// assert!(WorkflowStatus::TokenExpired.is_terminal());
    /// assert!(!WorkflowStatus::from("SOMETHING_NEW").is_terminal());
    /// ```
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Processed | Self::SessionExpired | Self::TokenExpired)
    }

    /// Whether a deadline passed before the result: the token was never used, or the session stood idle for 15 minutes.
    pub fn is_expired(&self) -> bool {
        matches!(self, Self::SessionExpired | Self::TokenExpired)
    }
}
