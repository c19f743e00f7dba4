//! The files of one document before they are sent: checked by [`inspect()`], and made into one PDF by
//! [`merge()`] where asked.
//!
//! Several files in one call are several pages of one document, so the limits count them together
//! (protocol 4.2). This module reads local files and writes one; it does not upload, and what Jumio makes
//! of a file that passes is for Jumio to say.

mod image_page;
mod inspect;
mod limits;
mod merge;
mod pdf;
mod refusal;
#[cfg(test)]
mod samples;

use std::fmt;
use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

pub(crate) use self::inspect::{Inspected, inspect};
pub(crate) use self::limits::Limits;
pub(crate) use self::merge::{MergeError, merge};
pub(crate) use self::pdf::Unreadable;
pub(crate) use self::refusal::{Reason, Refusal, Refusals, Warning};

/// What a file is by its content; its name is not asked.
///
/// Exhaustive: these three are all that Jumio takes for a document (protocol 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Jpeg,
    Png,
    Pdf,
}

impl Media {
    /// The part content type of the upload.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// The name that people use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
        }
    }
}

/// One checked file, in the state in which it was read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PageFile {
    /// Absolute, so that a later run from another folder finds it; links are not resolved.
    pub(crate) path: PathBuf,
    /// By content.
    pub(crate) media: Media,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// 1 for an image; `None` for a PDF whose pages could not be counted.
    pub(crate) pages: Option<u32>,
    /// SHA-256 of the content: whoever sends the file later can tell whether it is still the checked one.
    pub(crate) sha256: [u8; 32],
}

/// Silent about the path: file names are often people's names.
impl fmt::Debug for PageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageFile")
            .field("media", &self.media)
            .field("bytes", &self.bytes)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

/// One value for these contents in this order, whatever the files are called: 64 hex digits.
///
/// Lets the command notice that the same document is about to be sent a second time.
pub(crate) fn fingerprint(pages: &[PageFile]) -> String {
    let mut all = Sha256::new();
    for page in pages {
        all.update(page.sha256);
    }
    let mut hex = String::with_capacity(64);
    for byte in all.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, digest: u8) -> PageFile {
        PageFile { path: path.into(), media: Media::Png, bytes: 1, pages: Some(1), sha256: [digest; 32] }
    }

    #[test]
    fn fingerprint_is_of_content_and_order_and_not_of_names() {
        let (a, b) = (page("/a", 1), page("/b", 2));
        let both = fingerprint(&[a.clone(), b.clone()]);
        assert_eq!(both.len(), 64);
        assert_eq!(both, fingerprint(&[page("/x", 1), page("/y", 2)]));
        assert_ne!(both, fingerprint(&[b, a.clone()]));
        assert_ne!(both, fingerprint(&[a]));
        // SHA-256 of nothing: pins the hash and the hex form.
        assert_eq!(fingerprint(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    /// The way through this module that the command takes.
    #[test]
    fn files_are_inspected_merged_and_recognized_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["utility-bill.png", "utility-bill-page-2.jpg"].map(samples::sample);
        let limits = Limits::for_document_type("UB");
        let Inspected { pages, warnings } = inspect(&paths, &limits).expect("fine files");
        assert_eq!(warnings, []);
        let types: Vec<_> = pages.iter().map(|page| page.media.content_type()).collect();
        assert_eq!(types, ["image/png", "image/jpeg"]);
        let merged: Result<PageFile, MergeError> = merge(&pages, &folder.path().join("merged.pdf"), &limits);
        let merged = merged.expect("one PDF");
        assert_eq!((merged.media.content_type(), merged.pages), ("application/pdf", Some(2)));
        assert_ne!(fingerprint(&pages), fingerprint(&[merged]));
    }

    #[test]
    fn debug_does_not_show_the_file_name() {
        let text = format!("{:?}", page("/home/jane-doe.png", 1));
        assert!(!text.contains("jane-doe"), "{text}");
    }
}
