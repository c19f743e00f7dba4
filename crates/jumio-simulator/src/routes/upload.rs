//! What the upload calls have in common (protocol 4): who may upload, taking a file in, and the reply.

use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::Field;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs};
use crate::clock::Moment;
use crate::media::{self, Media};
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::store::Spool;
use crate::tokens::Claims;
use crate::transaction::{Category, Credential, Part, Transaction};

/// A document may have so many bytes in total. Pages name 5, 10 and 15 MB (protocol 4.2); this is the most generous
/// reading of the newest, so a client that keeps to any of them is not refused here.
pub(super) const MOST_BYTES: u64 = 15 * 1024 * 1024;

/// POST or PUT to a classifier that a Doc Proof credential does not have: `FRONT`, `1`, …
pub(super) async fn no_such_part(call: Arc<Call>) -> Answer {
    let claims = authorize::transaction(&call)?;
    let transaction = find(&call)?;
    authorize::names(&call, &claims, &transaction)?;
    Err(Refusal::not_found("the part"))
}

/// The execution that the path names, as it stands now.
pub(super) fn find(call: &Call) -> Result<Transaction, Refusal> {
    call.shared.peek(call.parameter("workflowExecutionId")).ok_or_else(|| Refusal::not_found("the workflow execution"))
}

/// Whether the token, the path and the state let something be uploaded to the credential of this category.
pub(super) fn admit<'t>(
    call: &Call,
    claims: &Claims,
    transaction: &'t Transaction,
    category: Category,
) -> Result<&'t Credential, Refusal> {
    authorize::names(call, claims, transaction)?;
    let credential = transaction
        .credential(call.parameter("credentialId"))
        .filter(|credential| credential.category == category)
        .ok_or_else(|| Refusal::not_found("the part"))?;
    is_open(transaction)?;
    Ok(credential)
}

/// Whether the transaction still takes uploads.
pub(super) fn is_open(transaction: &Transaction) -> Result<(), Refusal> {
    if transaction.status.is_expired() {
        // Chosen: of the documented codes for uploads (401, 403, 404), the one for a token that is no longer good.
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "JWT expired."));
    }
    if !transaction.status.takes_uploads() {
        // Chosen; nobody has written down what Jumio says. The text is the Web SDK backend's (protocol 5).
        return Err(Refusal::new(StatusCode::CONFLICT, "Credentials in invalid state."));
    }
    Ok(())
}

/// A file that has arrived whole and is not yet kept.
pub(super) struct Received {
    spool: Spool,
    pub(super) media: Media,
    pub(super) size: u64,
}

/// Takes a file of at most so many bytes, and looks at what it is.
pub(super) async fn receive(shared: &Shared, mut field: Field<'_>, room: u64) -> Result<Received, Refusal> {
    let mut spool = shared.store.spool().map_err(|error| full(&error))?;
    let mut head = Vec::new();
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        size += chunk.len() as u64;
        if size > room {
            return Err(Refusal::too_large(MOST_BYTES));
        }
        if head.len() < media::HEAD {
            head.extend_from_slice(&chunk);
        }
        spool.write(&chunk).map_err(|error| full(&error))?;
    }
    if size == 0 {
        return Err(Refusal::bad_request("the file is empty"));
    }
    // 400, 413 and 415 are plausible here, none is documented (protocol 4.3); chosen by what HTTP means by them.
    let media = Media::of(&head).ok_or_else(|| {
        Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content is none of image/jpeg, image/png, application/pdf",
        )
    })?;
    Ok(Received { spool, media, size })
}

/// Adds a received file as the document's next page. Pages are numbered from `1` (protocol 4.1).
pub(super) fn add_page(
    shared: &Shared,
    transaction: &mut Transaction,
    credential_id: &str,
    received: Received,
    now: Moment,
) -> Result<Part, Refusal> {
    is_open(transaction)?;
    let most = transaction.order.max_pages;
    let credential = transaction.credential_mut(credential_id).ok_or_else(|| Refusal::not_found("the part"))?;
    // Checked again: another upload may have come in meanwhile.
    if credential.size() + received.size > MOST_BYTES {
        return Err(Refusal::too_large(MOST_BYTES));
    }
    if u32::try_from(credential.parts.len()).unwrap_or(u32::MAX) >= most {
        return Err(Refusal::bad_request(format!("the document has {most} pages already")));
    }
    let part = Part {
        id: Uuid::new_v4().to_string(),
        classifier: (credential.parts.len() + 1).to_string(),
        media: received.media,
        size: received.size,
    };
    shared.store.keep(received.spool, credential_id, &part.classifier).map_err(|error| full(&error))?;
    credential.parts.push(part.clone());
    transaction.touch(now);
    Ok(part)
}

/// The reply of an upload (protocol 4.3). `part` is the new part, where there is one.
pub(super) fn reply(
    shared: &Shared,
    transaction: &Transaction,
    parts: &Value,
    part: Option<(&str, &Part)>,
) -> Response {
    let mut reply = json!({
        "timestamp": shared.now().text(),
        "account": { "id": transaction.account_id },
        "workflowExecution": { "id": transaction.execution_id },
        "api": {
            "token": transaction.token,
            "parts": parts,
            "workflowExecution": hrefs::execution(&shared.base_url, transaction),
        },
    });
    if let (Some((credential_id, part)), Some(object)) = (part, reply.as_object_mut()) {
        object.insert("credential".to_owned(), json!({ "id": credential_id }));
        object.insert("part".to_owned(), json!({ "id": part.id }));
    }
    Json(reply).into_response()
}

pub(super) fn full(error: &std::io::Error) -> Refusal {
    Refusal::internal(format!("cannot keep the content: {error}"))
}
