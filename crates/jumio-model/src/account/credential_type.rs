//! The type of a credential, whose vocabulary depends on the category beside it.

use crate::DocumentType;
use crate::vocabulary::open_enum::text_traits;
use crate::vocabulary::{FacemapType, IdType};

/// The type of a credential (`type.values` of a request, `extraction[].data.type`): a document code, a type of ID or a
/// way to capture a face, by the category of the credential (protocol 3.2; the codes: protocol 3.6, vocabulary 3 and
/// 5).
///
/// ```
/// use jumio_model::{CredentialType, DocumentType};
///
/// let statement = CredentialType::from(DocumentType::BANK_STATEMENT);
/// assert_eq!(statement.as_document().name(), Some("Bank statement"));
/// assert!(!statement.as_id().is_known());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CredentialType(Box<str>);

impl CredentialType {
    /// The code as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code as one of a document, for the category DOCUMENT.
    pub fn as_document(&self) -> DocumentType {
        DocumentType::from(self.as_str())
    }

    /// The code as a type of ID, for the category ID.
    pub fn as_id(&self) -> IdType {
        IdType::from(self.as_str())
    }

    /// The code as a way to capture a face, for the category FACEMAP.
    pub fn as_facemap(&self) -> FacemapType {
        FacemapType::from(self.as_str())
    }
}

impl From<&str> for CredentialType {
    fn from(code: &str) -> Self {
        Self(code.into())
    }
}

/// Takes a code of one vocabulary.
macro_rules! from_vocabulary {
    ( $( $name:ident )+ ) => { $(
        impl From<$name> for CredentialType {
            fn from(code: $name) -> Self {
                Self(code.as_str().into())
            }
        }
    )+ };
}

from_vocabulary! { DocumentType IdType FacemapType }

text_traits!(CredentialType);
