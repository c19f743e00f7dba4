//! The formats in which a document is uploaded.

use serde::{Deserialize, Serialize};

/// The formats that Jumio takes for a document (protocol 4.2). How sure: documented. Of IDs and faces it takes images
/// alone, but for Brazil's license as PDF where that is activated.
///
/// ```
/// use jumio_model::Media;
///
/// assert_eq!((Media::Pdf.content_type(), Media::Pdf.extension()), ("application/pdf", "pdf"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Media {
    /// `image/jpeg`
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `image/png`
    #[serde(rename = "image/png")]
    Png,
    /// `application/pdf`
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl Media {
    /// The media type on the wire.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// The usual ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}
