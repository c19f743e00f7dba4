//! Opens a PDF and says why it cannot be opened. Makes none: see `merge`.

use std::fmt;

use hayro_syntax::{DecryptionError, LoadPdfError};
use krilla::pdf::Pdf;

/// Why a file that says that it is a PDF could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A password is needed to open it, or its encryption is not one that we know.
    Encrypted,
    /// No page could be found in it.
    Damaged,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encrypted => "it is encrypted and does not open without a password",
            Self::Damaged => "it is damaged or in a form that could not be read",
        })
    }
}

/// A parsed PDF with at least one page.
pub(super) fn open(bytes: Vec<u8>) -> Result<Pdf, Unreadable> {
    match Pdf::new(bytes) {
        Ok(pdf) if pdf.pages().is_empty() => Err(Unreadable::Damaged),
        Ok(pdf) => Ok(pdf),
        Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm)) => {
            Err(Unreadable::Encrypted)
        }
        Err(LoadPdfError::Decryption(_) | LoadPdfError::Invalid) => Err(Unreadable::Damaged),
    }
}

/// The number of pages.
pub(super) fn page_count(pdf: &Pdf) -> u32 {
    u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX)
}
