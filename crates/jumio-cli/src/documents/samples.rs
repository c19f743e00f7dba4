//! Files for the tests of this module: the repository's sample documents, and small ones made on the spot.

use std::path::{Path, PathBuf};

/// One of the sample documents.
pub(super) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents").join(name)
}

/// A file in `folder`.
pub(super) fn put(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file in the test's own folder");
    path
}

/// The beginning of a PNG: enough to tell its size, not enough to show it.
pub(super) fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(height.to_be_bytes());
    png.extend([8, 0, 0, 0, 0, 0, 0, 0, 0]);
    png
}

/// The beginning of a JPEG.
pub(super) fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = b"\xff\xd8\xff\xc0\x00\x0b\x08".to_vec();
    jpeg.extend(height.to_be_bytes());
    jpeg.extend(width.to_be_bytes());
    jpeg.extend(b"\x01\x01\x11\x00\xff\xd9");
    jpeg
}

/// A PDF of this many blank pages.
pub(super) fn blank_pdf(pages: usize) -> Vec<u8> {
    let mut document = krilla::Document::new();
    for _ in 0..pages {
        document.start_page();
    }
    document.finish().expect("a PDF")
}

/// A one-page PDF whose page object has these entries; `objects` may add objects from 5 on.
pub(super) fn pdf_with_page(entries: &str, objects: &str) -> String {
    let body = [
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj",
        "2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj",
        &format!("3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]{entries}>>\nendobj"),
        objects,
    ];
    let mut pdf = body.join("\n");
    let xref = pdf.len();
    let mut offsets = String::new();
    let mut count = 1;
    while let Some(at) = pdf.find(&format!("\n{count} 0 obj")) {
        offsets += &format!("{:010} 00000 n \n", at + 1);
        count += 1;
    }
    pdf += &format!("\nxref\n0 {count}\n0000000000 65535 f \n{offsets}");
    pdf += &format!("trailer\n<</Root 1 0 R/Size {count}>>\nstartxref\n{}\n%%EOF\n", xref + 1);
    pdf
}
