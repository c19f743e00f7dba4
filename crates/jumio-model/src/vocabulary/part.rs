//! What is known of the parts of a credential: what they are called in the URL, in the reply, and what may be sent.

use super::{CredentialCategory, PartClassifier};

/// What the reference says of a part (vocabulary 2).
///
/// ```
/// use jumio_model::vocabulary::PartClassifier;
///
/// assert_eq!(PartClassifier::PREPARED_DATA.info().unwrap().response_key, Some("prepared_data"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartInfo {
    /// The credential that it is a part of.
    pub category: CredentialCategory,
    /// What the part is called in `credentials[].api.parts` of an account reply, where it stands there.
    pub response_key: Option<&'static str>,
    /// The media types that it may have; empty where no source says.
    pub media_types: &'static [&'static str],
}

impl PartClassifier {
    /// The number of the page, where the classifier is one: the stored pages of a document are called `1`, `2`, …
    /// (protocol 4.1; seen for `1`, in a sample for `2`).
    ///
    /// ```
    /// use jumio_model::vocabulary::PartClassifier;
    ///
    /// assert_eq!(PartClassifier::from("2").page(), Some(2));
    /// assert_eq!(PartClassifier::FRONT.page(), None);
    /// ```
    pub fn page(&self) -> Option<u32> {
        let text = self.as_str();
        // `parse` alone would take a sign.
        if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
    }

    /// The credential that it is a part of; a page is a part of a document.
    pub fn category(&self) -> Option<CredentialCategory> {
        match self.info() {
            Some(info) => Some(info.category.clone()),
            None => self.page().map(|_| CredentialCategory::Document),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CredentialCategory, PartClassifier};

    #[test]
    fn pages_are_parts_of_documents() {
        let cases = [
            ("1", Some(1), Some(CredentialCategory::Document)),
            ("DOCUMENT", None, Some(CredentialCategory::Document)),
            ("FACE", None, Some(CredentialCategory::Selfie)),
            ("+1", None, None),
            ("", None, None),
            ("99999999999", None, None),
        ];
        for (text, page, category) in cases {
            let part = PartClassifier::from(text);
            assert_eq!((part.page(), part.category()), (page, category), "{text:?}");
        }
    }
}
