//! The checks on the files of one document, all of them on all files, before anything is sent.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Limits, Media, PageFile, Reason, Refusal, Refusals, Warning, pdf};

/// Enough to tell the format of a file: a PDF header may stand anywhere in the first 1024 bytes.
const HEAD: u64 = 4096;

/// Files that passed, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inspected {
    pub(crate) pages: Vec<PageFile>,
    pub(crate) warnings: Vec<Warning>,
}

/// Checks all files as the pages of one document (protocol 4.2).
///
/// Blocking. Each file is opened once and one file at a time is in memory, never more than the limit.
///
/// # Errors
/// Every broken rule of every file.
pub(crate) fn inspect(paths: &[PathBuf], limits: &Limits) -> Result<Inspected, Refusals> {
    let mut all = Tally::default();
    if paths.is_empty() {
        all.refusals.push(Refusal { files: Vec::new(), reason: Reason::NoFiles });
    }
    for path in paths {
        match read(path, limits.max_total_bytes) {
            Ok(content) => all.add(path, content, limits),
            Err(reason) => all.refuse(path, reason),
        }
    }
    all.finish(limits)
}

/// The same checks on a file that is still in memory; `path` is where it will be.
pub(super) fn inspect_bytes(path: &Path, bytes: Vec<u8>, limits: &Limits) -> Result<Inspected, Refusals> {
    let mut all = Tally::default();
    all.add(path, Content::Whole(bytes), limits);
    all.finish(limits)
}

/// What was read of a file.
enum Content {
    Whole(Vec<u8>),
    /// Of a file that is over the limit by itself only the beginning is read.
    Head {
        head: Vec<u8>,
        len: u64,
    },
}

/// Opens the file, once, and reads it.
fn read(path: &Path, max: u64) -> Result<Content, Reason> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Reason::NotFound,
        _ => Reason::Unreadable { source },
    };
    // Asked by name first, because opening a pipe waits for its writer.
    regular(&fs::metadata(path).map_err(failed)?)?;
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    regular(&metadata)?;

    let mut bytes = Vec::new();
    let oversized = metadata.len() > max;
    // One byte over the limit shows a file that grew since its length was asked.
    let most = if oversized { HEAD } else { max.saturating_add(1) };
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    let read = bytes.len() as u64;
    match read {
        0 => Err(Reason::Empty),
        _ if oversized || read > max => Ok(Content::Head { len: metadata.len().max(read), head: bytes }),
        _ => Ok(Content::Whole(bytes)),
    }
}

fn regular(metadata: &fs::Metadata) -> Result<(), Reason> {
    if metadata.is_dir() {
        Err(Reason::NotAFile { found: "a folder" })
    } else if metadata.is_file() {
        Ok(())
    } else {
        Err(Reason::NotAFile { found: "a device, pipe or socket" })
    }
}

/// What is known after some of the files.
#[derive(Default)]
struct Tally {
    /// Where a file was read, whatever else is wrong with it: the totals are about these.
    counted: Vec<PathBuf>,
    bytes: u64,
    pages: u32,
    uncounted: bool,
    passed: Vec<PageFile>,
    /// As typed, in step with `passed`.
    typed: Vec<PathBuf>,
    refusals: Vec<Refusal>,
    warnings: Vec<Warning>,
}

impl Tally {
    fn refuse(&mut self, path: &Path, reason: Reason) {
        self.refusals.push(Refusal { files: vec![path.to_owned()], reason });
    }

    fn add(&mut self, path: &Path, content: Content, limits: &Limits) {
        let (head, len) = match &content {
            Content::Whole(bytes) => (bytes, bytes.len() as u64),
            Content::Head { head, len } => (head, *len),
        };
        self.counted.push(path.to_owned());
        self.bytes = self.bytes.saturating_add(len);

        let media = match media(head) {
            Ok(media) => media,
            Err(found) => return self.refuse(path, Reason::Format { found }),
        };
        if media != Media::Pdf {
            self.pages = self.pages.saturating_add(1);
        }
        // The rest of the checks need the rest of the file; the total refuses this one.
        let Content::Whole(bytes) = content else { return };

        let sha256 = Sha256::digest(&bytes).into();
        let pages = match media {
            Media::Pdf => self.count(path, bytes, limits),
            Media::Jpeg | Media::Png => match check_image(media, &bytes, limits) {
                Ok(()) => Some(1),
                Err(reason) => return self.refuse(path, reason),
            },
        };
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => absolute,
            Err(source) => return self.refuse(path, Reason::Unreadable { source }),
        };
        let same = |page: &PageFile| page.sha256 == sha256;
        let earlier = self.passed.iter().position(same).and_then(|at| self.typed.get(at));
        if let Some(earlier) = earlier {
            let earlier = earlier.clone();
            self.warnings.push(Warning::SameContent { file: path.to_owned(), earlier });
        }
        self.typed.push(path.to_owned());
        self.passed.push(PageFile { path: absolute, media, bytes: len, pages, sha256 });
    }

    fn count(&mut self, path: &Path, bytes: Vec<u8>, limits: &Limits) -> Option<u32> {
        match pdf::open(bytes) {
            Ok(pdf) => {
                let count = pdf::page_count(&pdf);
                self.pages = self.pages.saturating_add(count);
                Some(count)
            }
            Err(why) => {
                // It has one page at the very least, or it is no document.
                self.pages = self.pages.saturating_add(1);
                self.uncounted = true;
                let (file, max_pages) = (path.to_owned(), limits.max_pages);
                self.warnings.push(Warning::PagesNotCounted { file, why, max_pages });
                None
            }
        }
    }

    fn finish(mut self, limits: &Limits) -> Result<Inspected, Refusals> {
        if self.bytes > limits.max_total_bytes {
            let reason = Reason::TotalBytes { limit: limits.max_total_bytes, found: self.bytes };
            self.refusals.push(Refusal { files: self.counted.clone(), reason });
        }
        if self.pages > limits.max_pages {
            let (limit, found, at_least) = (limits.max_pages, self.pages, self.uncounted);
            let reason = Reason::TotalPages { limit, found, at_least };
            self.refusals.push(Refusal { files: self.counted, reason });
        }
        if self.refusals.is_empty() {
            Ok(Inspected { pages: self.passed, warnings: self.warnings })
        } else {
            Err(Refusals(self.refusals))
        }
    }
}

/// What the content is, or a word for what it is instead.
fn media(head: &[u8]) -> Result<Media, String> {
    match infer::get(head).map(|kind| kind.mime_type()) {
        Some("image/jpeg") => Ok(Media::Jpeg),
        Some("image/png") => Ok(Media::Png),
        Some("application/pdf") => Ok(Media::Pdf),
        Some(other) => Err(other.to_owned()),
        None if std::str::from_utf8(head).is_ok() => Err("plain text".to_owned()),
        None => Err("content of no known kind".to_owned()),
    }
}

fn check_image(media: Media, bytes: &[u8], limits: &Limits) -> Result<(), Reason> {
    let Ok(imagesize::ImageSize { width, height }) = imagesize::blob_size(bytes) else {
        return Err(Reason::BrokenImage { media });
    };
    let longest = width.max(height);
    if longest <= limits.longest_side_over as usize {
        Err(Reason::ImageTooSmall { over: limits.longest_side_over, width, height })
    } else if longest > limits.max_side as usize {
        Err(Reason::ImageTooLarge { limit: limits.max_side, width, height })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
