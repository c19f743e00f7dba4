//! Which calls move a document and so may take longer: uploads, and downloads to a file.

use http::Request;
use jumio_model::endpoint::{Body, Segment};

use crate::download::Sink;

/// Whether the request sends a part of a file or more than 64 KiB, or its reply goes to a file.
pub(crate) fn is_transfer(request: &Request<Body>) -> bool {
    let body = request.body();
    body.content_length() > 64 * 1024
        || body.segments().iter().any(|segment| matches!(segment, Segment::File { .. }))
        || request.extensions().get::<Sink>().is_some()
}
