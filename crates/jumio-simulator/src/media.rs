//! What kind of file this is, by its first bytes and never by its name.

use serde::{Deserialize, Serialize};

/// How many bytes [`Media::of`] needs to see.
pub(crate) const HEAD: usize = 1024;

/// A kind of content that the simulator keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Media {
    Jpeg,
    Png,
    Pdf,
    Json,
}

impl Media {
    /// The formats of a DOCUMENT page (protocol 4.2), told by the start of the content.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let head = head.get(..HEAD).unwrap_or(head);
        if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if head.windows(5).any(|window| window == b"%PDF-") {
            // Readers accept the mark anywhere in the first kilobyte.
            Some(Self::Pdf)
        } else {
            None
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Json => "application/json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Media;

    #[test]
    fn content_decides() {
        assert_eq!(Media::of(&[0xFF, 0xD8, 0xFF, 0xE0]), Some(Media::Jpeg));
        assert_eq!(Media::of(b"\x89PNG\r\n\x1a\nrest"), Some(Media::Png));
        assert_eq!(Media::of(b"%PDF-1.7\n"), Some(Media::Pdf));
        assert_eq!(Media::of(b"junk\n%PDF-1.4"), Some(Media::Pdf));
        for other in [&b"GIF89a"[..], b"hello", b"", b"\xFF\xD8"] {
            assert_eq!(Media::of(other), None);
        }
    }
}
