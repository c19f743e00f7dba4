//! A request's body as a list of segments, each either bytes or a stretch of a file.
//!
//! So a 15 MB upload goes out in constant memory, has a length, can be sent again, and needs no async here: whoever sends
//! the request opens the file.

use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::Meta;

/// A body that can be sent any number of times.
///
/// ```
/// use jumio_model::endpoint::{Body, Segment};
///
/// let body = Body::from_segments([Segment::Bytes("head".into()), Segment::file("scan.pdf".as_ref(), 0, 1000)]);
/// assert_eq!(body.content_length(), 1004);
/// ```
///
/// It also carries what is known of its call ([`meta`](Self::meta)), for whoever sends the request.
#[derive(Clone, Default)]
pub struct Body {
    segments: Vec<Segment>,
    // Not in the request's extensions, which cost three allocations for every request and again for every copy of one.
    // And not in place: a request moves a dozen times on its way, and at up to 256 bytes that takes a third of the instructions.
    meta: Option<&'static Meta>,
}

/// One stretch of a body.
#[derive(Clone)]
#[non_exhaustive]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Bytes),
    /// `len` bytes of a file from `offset`.
    File {
        /// The file.
        path: PathBuf,
        /// Where the stretch begins.
        offset: u64,
        /// How long it is.
        len: u64,
    },
}

impl Body {
    /// No bytes.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A body of these segments, in order.
    pub fn from_segments(segments: impl IntoIterator<Item = Segment>) -> Self {
        let segments = segments.into_iter().filter(|segment| !segment.is_empty()).collect();
        Self { segments, meta: None }
    }

    /// Says which call the body is of. [`Endpoint::to_http`](super::Endpoint::to_http) does.
    #[must_use]
    pub fn with_meta(mut self, meta: &'static Meta) -> Self {
        self.meta = Some(meta);
        self
    }

    /// Which call the body is of, where it was said.
    pub fn meta(&self) -> Option<&'static Meta> {
        self.meta
    }

    /// The segments, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many bytes the body has.
    pub fn content_length(&self) -> u64 {
        self.segments.iter().map(Segment::len).fold(0, u64::saturating_add)
    }

    /// All bytes, where no segment is a file: all calls but uploads.
    pub fn into_bytes(self) -> Option<Bytes> {
        self.try_into_bytes().ok()
    }

    /// [`into_bytes`](Self::into_bytes), for whoever goes on with the body where a segment is a file.
    ///
    /// # Errors
    ///
    /// The body itself, unchanged.
    pub fn try_into_bytes(self) -> Result<Bytes, Self> {
        match &*self.segments {
            [] => return Ok(Bytes::new()),
            [Segment::Bytes(bytes)] => return Ok(bytes.clone()),
            _ => {}
        }
        let in_memory = |segment: &Segment| match segment {
            Segment::Bytes(bytes) => Some(bytes.clone()),
            Segment::File { .. } => None,
        };
        let pieces: Option<Vec<Bytes>> = self.segments.iter().map(in_memory).collect();
        pieces.map(|pieces| pieces.concat().into()).ok_or(self)
    }
}

impl Segment {
    /// A stretch of a file.
    pub fn file(path: &Path, offset: u64, len: u64) -> Self {
        Self::File { path: path.to_owned(), offset, len }
    }

    /// How many bytes the segment has.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::from_segments([Segment::Bytes(bytes.into())])
    }
}

// Bodies hold personal data, and a file's name often names a person.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes in {} segments)", self.content_length(), self.segments.len())
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self, Self::Bytes(_)) { "Bytes" } else { "File" };
        write!(f, "{kind}({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Body, Segment};

    #[test]
    fn bytes_join_and_files_do_not() {
        let part = |text: &'static str| Segment::Bytes(text.into());
        assert_eq!(Body::empty().into_bytes().unwrap(), "");
        let body = Body::from_segments([part("a"), part(""), part("bc"), part("d")]);
        assert_eq!(body.content_length(), 4);
        assert_eq!(body.into_bytes().unwrap(), "abcd");
        let file = Body::from_segments([part("a"), part("b"), Segment::file(Path::new("x"), 0, 7)]);
        assert_eq!(file.content_length(), 9);
        let file = file.try_into_bytes().unwrap_err();
        assert_eq!(file.content_length(), 9);
        assert!(file.into_bytes().is_none());
    }
}
