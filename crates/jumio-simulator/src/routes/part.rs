//! Download of a part (protocol 7.9), with the OAuth access token.

use std::sync::Arc;

use axum::http::header;
use axum::response::IntoResponse as _;
use bytes::Bytes;

use super::authorize;
use super::call::Call;
use super::table::Answer;
use crate::made_up;
use crate::media::Media;
use crate::problem::Refusal;
use crate::variants::PdfPart;

// behavior: a part that is missing, wiped or deleted is 404 | protocol 7.10, 9.2 | documented
pub(super) async fn part(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let shared = &call.shared;
    let missing = || Refusal::not_found("the part");
    let credential_id = call.parameter("credentialId");
    let transaction = shared
        .execution_of_credential(credential_id)
        .and_then(|execution| shared.peek(&execution))
        .filter(|transaction| transaction.account_id == call.parameter("accountId"))
        .ok_or_else(missing)?;
    let classifier = call.parameter("classifier");
    let part = transaction.credential(credential_id).and_then(|found| found.part(classifier)).ok_or_else(missing)?;
    // behavior: a face map is an octet stream | vocabulary 2 | documented
    let facemap = (classifier == "FACEMAP").then_some("application/octet-stream");
    if part.made_up {
        let kind = facemap.unwrap_or(Media::Jpeg.content_type());
        return Ok(([(header::CONTENT_TYPE, kind)], Bytes::from_static(made_up::JPEG)).into_response());
    }
    let content = || async {
        let content = shared.store.content(credential_id, &part.classifier).await;
        content.map_err(|error| Refusal::internal(format!("cannot read the content: {error}")))
    };
    // behavior: a page that was uploaded as PDF comes back as that PDF; which type Jumio gives is open | protocol 7.9, 12 | chosen
    let (kind, content) = match (part.media, transaction.variants(&shared.settings).pdf_part) {
        (Media::Pdf, PdfPart::Image) => (Media::Jpeg.content_type(), Bytes::from_static(made_up::JPEG)),
        (Media::Pdf, PdfPart::OctetStream) => ("application/octet-stream", content().await?),
        (media, _) => (media.content_type(), content().await?),
    };
    Ok(([(header::CONTENT_TYPE, kind)], content).into_response())
}
