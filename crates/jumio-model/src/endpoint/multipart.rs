//! The one multipart form that Jumio takes: a single field named `file` (protocol 4.2).

use std::fmt;

use http::HeaderValue;

use super::{Body, Content, Segment};
use crate::{InvalidRequest, Media};

/// The line between the parts of a form. Its randomness is passed in, since this crate draws none.
#[derive(Clone)]
pub struct Boundary(String);

impl Boundary {
    /// A boundary of 128 random bits: enough that no document contains it.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Boundary(…)")
    }
}

/// A file to upload, as the one field `file` of a form (protocol 4.2; documented and seen): where its bytes are, what
/// they are, and the name that Jumio sees. `Debug` does not show the name.
///
/// ```
/// use jumio_model::Media;
/// use jumio_model::endpoint::{FilePart, Segment};
///
/// let scan = FilePart::new(Segment::file("scan.pdf".as_ref(), 0, 1000), Media::Pdf);
/// assert_eq!(format!("{scan:?}"), "FilePart(application/pdf, 1000 bytes)");
/// ```
#[derive(Clone)]
pub struct FilePart {
    source: Segment,
    media: Media,
    name: String,
}

impl fmt::Debug for FilePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilePart({}, {} bytes)", self.media.content_type(), self.source.len())
    }
}

impl FilePart {
    /// A file by the name `document.pdf` (or `.jpg`, `.png`): the caller's own file name may name a person.
    pub fn new(source: Segment, media: Media) -> Self {
        Self { source, media, name: format!("document.{}", media.extension()) }
    }

    /// Sets the name that Jumio sees.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] for an empty name, one over 255 bytes, or one with control characters.
    pub fn with_name(mut self, name: &str) -> Result<Self, InvalidRequest> {
        if name.is_empty() || name.len() > 255 || name.contains(char::is_control) {
            return Err(InvalidRequest::new("filename", "must have 1 to 255 bytes and no control characters", name));
        }
        self.name = name.to_owned();
        Ok(self)
    }

    /// The form.
    pub(crate) fn to_form(&self, boundary: &Boundary) -> Result<Content, InvalidRequest> {
        // Quotes are escaped the way browsers do it, so that a name cannot end the header early. To some parsers a backslash
        // escapes what follows, such as the quote at the end, and to others it does not: so none is sent.
        let name = self.name.replace('"', "%22").replace('\\', "%5C");
        let head = format!(
            "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {1}\r\n\r\n",
            boundary.0,
            self.media.content_type(),
        );
        let tail = format!("\r\n--{}--\r\n", boundary.0);
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={}", boundary.0))
            .map_err(|_| InvalidRequest::new("boundary", "cannot stand in a header", &boundary.0))?;
        let segments = [Segment::Bytes(head.into()), self.source.clone(), Segment::Bytes(tail.into())];
        Ok(Content::new(content_type, Body::from_segments(segments)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Boundary, FilePart, Segment};
    use crate::Media;

    #[test]
    fn the_form_is_byte_for_byte_as_written_here() {
        let part = FilePart::new(Segment::Bytes("%PDF-".into()), Media::Pdf).with_name("a\"b\\c.pdf").unwrap();
        let form = part.to_form(&Boundary::new([0xab; 16])).unwrap();
        let line = "abababababababababababababababab";
        assert_eq!(form.content_type, format!("multipart/form-data; boundary={line}"));
        let expected = format!(
            "--{line}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%5Cc.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n%PDF-\r\n--{line}--\r\n"
        );
        assert_eq!(form.body.into_bytes().unwrap(), expected);
    }

    #[test]
    fn a_name_cannot_bring_a_header() {
        let part = || FilePart::new(Segment::Bytes("x".into()), Media::Png);
        for bad in ["", "a\r\nX-Evil: 1", "a\0b", &"x".repeat(256)] {
            assert!(part().with_name(bad).is_err());
        }
    }
}
