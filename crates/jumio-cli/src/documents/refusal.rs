//! What was wrong with the files, and what could not be checked, in words for the person who named them.
//!
//! File names are shown here: they go to the terminal of the person who typed them. `Debug` stays silent.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{Media, Unreadable};

/// One broken rule.
pub(crate) struct Refusal {
    /// The file, or all files where the rule counts them together; empty when none was given.
    pub(crate) files: Vec<PathBuf>,
    /// The rule with its limit and what was found.
    pub(crate) reason: Reason,
}

/// The rules, each with its limit (where it has one) and what was found.
#[derive(Debug)]
pub(crate) enum Reason {
    NoFiles,
    NotFound,
    NotAFile { found: &'static str },
    Unreadable { source: io::Error },
    Empty,
    Format { found: String },
    BrokenImage { media: Media },
    TotalBytes { limit: u64, found: u64 },
    TotalPages { limit: u32, found: u32, at_least: bool },
    ImageTooSmall { over: u32, width: usize, height: usize },
    ImageTooLarge { limit: u32, width: usize, height: usize },
}

impl Reason {
    /// A name that does not change, for `--json`.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::NoFiles => "files-given",
            Self::NotFound => "exists",
            Self::NotAFile { .. } => "regular-file",
            Self::Unreadable { .. } => "readable",
            Self::Empty => "not-empty",
            Self::Format { .. } => "format",
            Self::BrokenImage { .. } => "image-header",
            Self::TotalBytes { .. } => "total-size",
            Self::TotalPages { .. } => "total-pages",
            Self::ImageTooSmall { .. } => "image-min-size",
            Self::ImageTooLarge { .. } => "image-max-size",
        }
    }

    /// What is allowed.
    pub(crate) fn limit(&self) -> String {
        match self {
            Self::NoFiles => "at least one file".to_owned(),
            Self::NotFound => "the file must exist".to_owned(),
            Self::NotAFile { .. } => "must be a regular file".to_owned(),
            Self::Unreadable { .. } => "must be readable".to_owned(),
            Self::Empty => "must not be empty".to_owned(),
            Self::Format { .. } => "must be JPEG, PNG or PDF by its content".to_owned(),
            Self::BrokenImage { .. } => "width and height must be readable".to_owned(),
            Self::TotalBytes { limit, .. } => {
                format!("at most {} for all files of the document together", Size(*limit))
            }
            Self::TotalPages { limit, .. } => {
                format!("at most {limit} pages for all files of the document together")
            }
            Self::ImageTooSmall { over, .. } => format!("longest side over {over} px"),
            Self::ImageTooLarge { limit, .. } => format!("no side over {limit} px"),
        }
    }

    /// What is there instead.
    pub(crate) fn found(&self) -> String {
        match self {
            Self::NoFiles => "none".to_owned(),
            Self::NotFound => "no such file".to_owned(),
            Self::NotAFile { found } => (*found).to_owned(),
            Self::Unreadable { source } => source.to_string(),
            Self::Empty => "0 bytes".to_owned(),
            Self::Format { found } => found.clone(),
            Self::BrokenImage { media } => {
                format!("a {} that is cut off or damaged", media.name())
            }
            Self::TotalBytes { found, .. } => Size(*found).to_string(),
            Self::TotalPages { found, at_least: false, .. } => format!("{found} pages"),
            Self::TotalPages { found, at_least: true, .. } => format!("at least {found} pages"),
            Self::ImageTooSmall { width, height, .. } | Self::ImageTooLarge { width, height, .. } => {
                format!("{width} x {height} px")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, file) in self.files.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { " + " }, shown(file))?;
        }
        if !self.files.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "{}; found: {}", self.reason.limit(), self.reason.found())
    }
}

/// Silent about the files.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::Unreadable { source } => Some(source),
            _ => None,
        }
    }
}

/// Every broken rule of every file; never empty.
#[derive(Debug)]
pub(crate) struct Refusals(pub(super) Vec<Refusal>);

impl Refusals {
    /// In the order of the files; the rules that count all files together come last.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Refusal> {
        self.0.iter()
    }
}

/// One line with all of them; a terminal shows them better one by one, with [`Refusals::iter`].
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these files cannot be sent as one document")?;
        for (index, refusal) in self.0.iter().enumerate() {
            write!(f, "{}{refusal}", if index == 0 { ": " } else { " | " })?;
        }
        Ok(())
    }
}

impl Error for Refusals {}

/// Nothing to refuse, but worth a line before the files go out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Warning {
    /// The limit on pages could not be checked for this file.
    PagesNotCounted { file: PathBuf, why: Unreadable, max_pages: u32 },
    /// Two files with the same content: a page would be sent twice.
    SameContent { file: PathBuf, earlier: PathBuf },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PagesNotCounted { file, why, max_pages } => write!(
                f,
                "{}: the pages of this PDF could not be counted, because {why}; that it has at most \
                 {max_pages} pages and that it can be read at all is not checked",
                shown(file)
            ),
            Self::SameContent { file, earlier } => {
                write!(f, "{}: same content as {}; the page will be in the document twice", shown(file), shown(earlier))
            }
        }
    }
}

/// Silent about the files.
impl fmt::Debug for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PagesNotCounted { why, .. } => {
                f.debug_struct("PagesNotCounted").field("why", why).finish_non_exhaustive()
            }
            Self::SameContent { .. } => f.debug_struct("SameContent").finish_non_exhaustive(),
        }
    }
}

/// A path as the person typed it, except that control characters cannot reach the terminal.
pub(super) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for c in path.to_string_lossy().chars() {
        if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
    }
    text
}

/// Bytes, exactly and in the unit in which limits are spoken of.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.saturating_add(50_000) / 100_000;
        write!(f, "{} bytes ({}.{} MB)", self.0, tenths / 10, tenths % 10)
    }
}
