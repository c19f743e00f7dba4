//! Upload forms through a parser that is not ours: whatever a file is called, there is one part, by that name, and no header
//! that the name brought along.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use jumio_model::api::UploadDocument;
use jumio_model::endpoint::{Boundary, Endpoint, FilePart, Region, Segment, Site, UserAgent};
use jumio_model::{Media, TransactionToken};

const CONTENT: &[u8] = b"%PDF-1.4\r\n--no boundary\r\n\r\nContent-Type: x";

/// What an independent parser finds: each part's field name, file name, content type, number of headers, and bytes.
#[derive(Debug, PartialEq)]
struct Part {
    field: Option<String>,
    file: Option<String>,
    content_type: Option<String>,
    headers: usize,
    content: Bytes,
}

async fn parts(call: &impl Endpoint, site: &Site) -> Vec<Part> {
    let request = call.to_http(site).unwrap();
    let boundary = multer::parse_boundary(request.headers()[CONTENT_TYPE].to_str().unwrap()).unwrap();
    let body = request.into_body().into_bytes().unwrap();
    let mut form = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut found = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        found.push(Part {
            field: field.name().map(str::to_owned),
            file: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            headers: field.headers().len(),
            content: field.bytes().await.unwrap(),
        });
    }
    found
}

/// What could end a header, a value or a part early, or mean something else to somebody.
const HOSTILE: [&str; 16] = [
    "\"",
    "\\",
    ";",
    "\r",
    "\n",
    "\r\n",
    "--",
    "; name=\"x\"",
    "\"; filename=\"x",
    "Content-Type: text/html",
    "%22",
    "%0D%0A",
    "\u{2028}",
    "\0",
    "\u{7f}",
    "=",
];

fn name(random: &mut fastrand::Rng) -> String {
    let mut name = String::new();
    for _ in 0..random.usize(0..12) {
        match random.u8(0..8) {
            0 | 1 => name.push_str(HOSTILE[random.usize(..HOSTILE.len())]),
            2..=5 => name.push(random.char(' '..='~')),
            _ => name.push(random.char(..)),
        }
    }
    name
}

/// Proves U3.
#[tokio::test]
async fn no_file_name_brings_a_part_a_header_or_another_name() {
    let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
    let mut random_names = fastrand::Rng::with_seed(5);
    let (mut taken, mut refused) = (0, 0);
    for number in 0..100_000_u32 {
        let name = name(&mut random_names);
        let file = FilePart::new(Segment::Bytes(CONTENT.into()), Media::Pdf);
        let Ok(file) = file.with_name(&name) else {
            // Nothing else may be refused: a person's file is called what it is called.
            assert!(name.is_empty() || name.len() > 255 || name.contains(char::is_control), "{name:?} was refused");
            refused += 1;
            continue;
        };
        taken += 1;
        let mut random = [0; 16];
        random[..4].copy_from_slice(&number.to_le_bytes());
        let token = TransactionToken::new("t");
        let found =
            parts(&UploadDocument::new("https://api.emea-1.jumio.ai/x", token, file, Boundary::new(random)), &site)
                .await;
        let expected = Part {
            field: Some("file".to_owned()),
            // As browsers write a quote, and a backslash likewise, about which parsers disagree.
            file: Some(name.replace('"', "%22").replace('\\', "%5C")),
            content_type: Some("application/pdf".to_owned()),
            headers: 2,
            content: CONTENT.into(),
        };
        assert_eq!(found, [expected], "{name:?}");
    }
    assert!(taken > 50_000 && refused > 5_000, "{taken} names taken, {refused} refused");
}
