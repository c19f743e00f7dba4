//! What is known of a document type beside its code: how many pages it may have, and what is read from it.

/// What the reference says of a document type (vocabulary 3.1). How sure: each code's documentation names where sources
/// disagree.
///
/// ```
/// use jumio_model::DocumentType;
///
/// let info = DocumentType::CREDIT_CARD.info().unwrap();
/// assert_eq!((info.max_pages, info.extraction_fields), (2, ["panNumber", "monthYearExpiry"].as_slice()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentTypeInfo {
    /// The most images or PDF pages that one document may have (protocol 4.2).
    pub max_pages: u32,
    /// Whether the code can be asked for in an account request. Some codes are only markers.
    pub requestable: bool,
    /// The members of `extraction[].data` that a workflow with extraction may give (protocol 7.6); Doc Proof gives none.
    pub extraction_fields: &'static [&'static str],
    /// Whether the fields are those of most types, assumed here because no source has them for this one.
    pub extraction_inferred: bool,
}
