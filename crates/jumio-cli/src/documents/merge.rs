//! Makes one PDF of the pages of a document, so that there is one upload and no half-sent document.
//!
//! Nothing is recompressed that need not be: a JPEG goes in as it is, a PDF page keeps its text and images.
//! What cannot be carried over is refused, not dropped.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hayro_syntax::PdfVersion as ReadVersion;
use hayro_syntax::object::{Array, Dict, Name, Stream};
use krilla::configure::{Configuration, ConfigurationBuilder, PdfVersion};
use krilla::error::KrillaError;
use krilla::image::Image;
use krilla::page::PageSettings;
use krilla::pdf::{Pdf, PdfDocument};
use krilla::surface::Location;
use krilla::{Document, SerializeSettings};
use sha2::{Digest as _, Sha256};

use super::image_page::{ImagePage, Orientation};
use super::inspect::inspect_bytes;
use super::refusal::shown;
use super::{Limits, Media, PageFile, Refusals, Unreadable, pdf};

/// Why the files could not be made into one PDF. None was written.
#[derive(thiserror::Error)]
pub(crate) enum MergeError {
    #[error(
        "{}: this PDF cannot be merged, because {why}; save it again without protection from a PDF viewer \
         (print to PDF), or send the files without merging",
        shown(file)
    )]
    Unreadable { file: PathBuf, why: Unreadable },
    #[error(
        "{}: page {page} has form fields, stamps or comments, which merging would lose; print it to a new \
         PDF first, or send the files without merging",
        shown(file)
    )]
    Annotated { file: PathBuf, page: usize },
    #[error(
        "{}: the content of page {page} cannot be read and would be blank after merging; send the files \
         without merging",
        shown(file)
    )]
    BrokenPage { file: PathBuf, page: usize },
    #[error("{}: this image cannot be decoded ({why}); save it again, or send the files without merging", shown(file))]
    BrokenImage { file: PathBuf, why: String },
    #[error("{}: changed while it was being worked on; run the command again", shown(file))]
    Changed { file: PathBuf },
    #[error("{}: cannot be read", shown(file))]
    Read { file: PathBuf, source: io::Error },
    #[error("{}: the merged PDF cannot be written; choose a folder that can be written to", shown(file))]
    Write { file: PathBuf, source: io::Error },
    #[error("the files could not be made into one PDF ({0}); send them without merging")]
    Build(String),
    #[error("the merged PDF breaks a limit; send the files without merging, or reduce them")]
    Refused(#[source] Refusals),
}

/// Silent about the files: says which case it is.
impl std::fmt::Debug for MergeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unreadable { .. } => "Unreadable",
            Self::Annotated { .. } => "Annotated",
            Self::BrokenPage { .. } => "BrokenPage",
            Self::BrokenImage { .. } => "BrokenImage",
            Self::Changed { .. } => "Changed",
            Self::Read { .. } => "Read",
            Self::Write { .. } => "Write",
            Self::Build(_) => "Build",
            Self::Refused(_) => "Refused",
        })
    }
}

/// Writes all pages, in the order given, as one PDF to `into` (mode 0600 on Unix, replaced in one step).
///
/// The same input gives the same bytes. One PDF alone needs no merging: it is returned as it is and nothing
/// is written.
///
/// # Errors
/// A file that cannot be merged, has changed since it was inspected, or a result over `limits`.
pub(crate) fn merge(pages: &[PageFile], into: &Path, limits: &Limits) -> Result<PageFile, MergeError> {
    if let [only @ PageFile { media: Media::Pdf, pages: Some(_), .. }] = pages {
        return Ok(only.clone());
    }
    let (bytes, expected) = build(pages)?;
    let inspected = inspect_bytes(into, bytes.clone(), limits).map_err(MergeError::Refused)?;
    // What was written is read back: a page must not get lost in between.
    let merged = match inspected.pages.into_iter().next() {
        Some(merged) if merged.pages == Some(expected) => merged,
        _ => return Err(MergeError::Build("the result does not have all pages".to_owned())),
    };
    write(into, &bytes).map_err(|source| MergeError::Write { file: into.to_owned(), source })?;
    Ok(merged)
}

/// The merged PDF and how many pages it must have.
fn build(pages: &[PageFile]) -> Result<(Vec<u8>, u32), MergeError> {
    let mut sources = Vec::with_capacity(pages.len());
    let mut newest = ReadVersion::Pdf17;
    for page in pages {
        let bytes = read_again(page)?;
        sources.push(match page.media {
            Media::Jpeg | Media::Png => Source::Image(bytes),
            Media::Pdf => {
                let pdf = mergeable(&page.path, bytes)?;
                newest = newest.max(pdf.version());
                Source::Pdf(pdf)
            }
        });
    }

    // No metadata is set, so there is no date, tool or person in the result.
    let settings =
        SerializeSettings { configuration: configuration(newest), xmp_metadata: false, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut expected = 0_u32;
    for (index, (source, page)) in sources.into_iter().zip(pages).enumerate() {
        expected = expected.saturating_add(match source {
            Source::Image(bytes) => {
                add_image(&mut document, page, bytes, location(index))?;
                1
            }
            Source::Pdf(pdf) => {
                let count = pdf::page_count(&pdf);
                let indices: Vec<usize> = (0..pdf.pages().len()).collect();
                document.embed_pdf_pages(&PdfDocument::new(Arc::new(pdf)), &indices);
                count
            }
        });
    }
    let bytes = document.finish().map_err(|error| blame(error, pages))?;
    Ok((bytes, expected))
}

enum Source {
    Image(Vec<u8>),
    Pdf(Pdf),
}

/// A PDF can hold pages of its own version or older.
fn configuration(newest: ReadVersion) -> Configuration {
    let version = match newest {
        ReadVersion::Pdf20 => PdfVersion::Pdf20,
        _ => PdfVersion::Pdf17,
    };
    ConfigurationBuilder::new().with_version(version).finish().unwrap_or_default()
}

fn read_again(page: &PageFile) -> Result<Vec<u8>, MergeError> {
    let bytes = std::fs::read(&page.path).map_err(|source| MergeError::Read { file: page.path.clone(), source })?;
    if <[u8; 32]>::from(Sha256::digest(&bytes)) == page.sha256 {
        Ok(bytes)
    } else {
        Err(MergeError::Changed { file: page.path.clone() })
    }
}

/// Opens a PDF and makes sure that all that a reader sees of it can be carried over.
fn mergeable(path: &Path, bytes: Vec<u8>) -> Result<Pdf, MergeError> {
    let file = || path.to_owned();
    let pdf = pdf::open(bytes).map_err(|why| MergeError::Unreadable { file: file(), why })?;
    for (index, page) in pdf.pages().iter().enumerate() {
        let raw = page.raw();
        // Merging takes the page's content only, and what is drawn on top of it lives in annotations.
        let annotations = raw.get::<Array<'_>>(b"Annots");
        let visible = annotations.is_some_and(|all| all.iter().filter(draws_nothing).count() < length(&all));
        if visible {
            return Err(MergeError::Annotated { file: file(), page: index + 1 });
        }
        if !contents_readable(raw) {
            return Err(MergeError::BrokenPage { file: file(), page: index + 1 });
        }
    }
    Ok(pdf)
}

/// Whether every piece of the page's content can be decoded; a page without content is a blank page.
fn contents_readable(page: &Dict<'_>) -> bool {
    if let Some(one) = page.get::<Stream<'_>>(b"Contents") {
        return one.decoded().is_ok();
    }
    match page.get::<Array<'_>>(b"Contents") {
        Some(pieces) => {
            let readable = |piece: &Stream<'_>| piece.decoded().is_ok();
            pieces.iter().filter(readable).count() == length(&pieces)
        }
        None => !page.contains_key(b"Contents"),
    }
}

/// A link or a pop-up note.
fn draws_nothing(annotation: &Dict<'_>) -> bool {
    let kind = annotation.get::<Name<'_>>(b"Subtype");
    matches!(kind.as_deref(), Some(b"Link" | b"Popup"))
}

/// All elements, because the typed iterator ends at the first element of another type and the rest would go
/// unseen.
fn length(array: &Array<'_>) -> usize {
    array.raw_iter().count()
}

fn add_image(document: &mut Document, page: &PageFile, bytes: Vec<u8>, location: Location) -> Result<(), MergeError> {
    let broken = |why: String| MergeError::BrokenImage { file: page.path.clone(), why };
    let orientation = Orientation::of(&bytes);
    let image = match page.media {
        Media::Png => Image::from_png(bytes.into(), false),
        _ => Image::from_jpeg(bytes.into(), false),
    }
    .map_err(broken)?;
    let placed = ImagePage::new(image.size(), orientation).ok_or_else(|| broken("a side is zero".to_owned()))?;
    let mut sheet = document.start_page_with(PageSettings::new(placed.page));
    let mut surface = sheet.surface();
    surface.set_location(location);
    surface.push_transform(&placed.upright);
    surface.draw_image(image, placed.drawn);
    surface.pop();
    surface.finish();
    sheet.finish();
    Ok(())
}

/// The PDF writer's own mark for "this came from file number `index`"; it starts at one.
fn location(index: usize) -> Location {
    Location::MIN.saturating_add(index as u64)
}

/// Names the file that an error of the PDF writer is about.
fn blame(error: KrillaError, pages: &[PageFile]) -> MergeError {
    if let KrillaError::Image(_, Some(location), why) = &error
        && let Some(page) = (0..).map(self::location).zip(pages).find(|(at, _)| at == location)
    {
        return MergeError::BrokenImage { file: page.1.path.clone(), why: why.clone() };
    }
    MergeError::Build(error.to_string())
}

/// Beside the target first, then renamed: nobody ever sees half a file. A new temporary file is 0600 on Unix.
fn write(into: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = into.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(into).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests;
