//! What is known of the types and subtypes of an ID.

use super::IdType;

/// What the reference says of a subtype of an ID (vocabulary 3.2).
///
/// ```
/// use jumio_model::vocabulary::{IdSubType, IdType};
///
/// assert_eq!(IdSubType::NATIONAL_ID.info().unwrap().parent, IdType::ID_CARD);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdSubTypeInfo {
    /// The type that it narrows.
    pub parent: IdType,
}
