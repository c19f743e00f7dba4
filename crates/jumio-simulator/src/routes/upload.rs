//! What the upload calls have in common (protocol 4): who may upload, taking a file in, and the reply.

use axum::extract::multipart::Field;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::authorize::{self, Bearer};
use super::call::Call;
use super::{hrefs, reply};
use crate::clock::Moment;
use crate::credential::{Category, Credential, Part};
use crate::mark;
use crate::media::{self, Media};
use crate::pdf_pages;
use crate::pixels;
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::store::Spool;
use crate::tokens::Claims;
use crate::transaction::Transaction;
use crate::variants::{LateUpload, PreparedDataReply, SecondPage, UploadReply, UploadStatus, UploadToken};

/// A document may have so many bytes in total, and so may a picture.
// behavior: a document has at most 15 MB (15 x 1024 x 1024 bytes) in total, the most generous of the 5, 10 and 15 MB that pages name | protocol 4.2 | documented
pub(super) const MOST_BYTES: u64 = 15 * 1024 * 1024;

const FIELD: &str = "file";

/// The execution that the path names, as it stands now.
// behavior: an unknown execution is 404 | protocol 9.2, 7.10 | documented
pub(super) fn find(call: &Call) -> Result<Transaction, Refusal> {
    call.shared.peek(call.parameter("workflowExecutionId")).ok_or_else(|| Refusal::not_found("the workflow execution"))
}

/// Whether the token, the path and the state let something be uploaded to the credential that the path names.
// behavior: an upload to a credential or part that the execution does not have is 404 | protocol 4.3 | documented
pub(super) fn admit<'t>(
    call: &Call,
    bearer: &Bearer,
    transaction: &'t Transaction,
    fits: impl FnOnce(&Credential) -> bool,
) -> Result<&'t Credential, Refusal> {
    authorize::names(call, bearer, transaction)?;
    let credential = transaction
        .credential(call.parameter("credentialId"))
        .filter(|credential| credential.channels.api && fits(credential))
        .ok_or_else(|| Refusal::not_found("the part"))?;
    is_open(&call.shared, transaction)?;
    Ok(credential)
}

/// Whether the transaction still takes uploads.
pub(super) fn is_open(shared: &Shared, transaction: &Transaction) -> Result<(), Refusal> {
    if transaction.status.is_expired() {
        // behavior: an upload after the expiry is 401, the documented code for a token that is not good, with a text of the Web SDK's backend | protocol 4.3, 5 | chosen
        let status = match transaction.variants(&shared.settings).late_upload {
            LateUpload::Unauthorized => StatusCode::UNAUTHORIZED,
            LateUpload::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            LateUpload::NotFound => StatusCode::NOT_FOUND,
        };
        return Err(Refusal::new(status, "JWT expired."));
    }
    if !transaction.status.takes_uploads() {
        // behavior: an upload after finalize is 409, with a text of the Web SDK's backend | protocol 5 | chosen
        return Err(Refusal::new(StatusCode::CONFLICT, "Credentials in invalid state."));
    }
    Ok(())
}

/// A file that has arrived whole and is not yet kept.
pub(super) struct Received {
    spool: Spool,
    pub(super) media: Media,
    pub(super) size: u64,
    pub(super) pages: u32,
    /// Words after a mark in its name or at its start.
    words: Vec<String>,
}

/// The one file of the form.
// behavior: an upload is multipart with one field named `file`; anything else is 400 | protocol 4.2, 9.2 | documented
pub(super) async fn file(call: &Call, category: Category, room: u64) -> Result<Received, Refusal> {
    let mut form = call.multipart().await?;
    let mut received = None;
    while let Some(field) = form.next_field().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        if field.name() != Some(FIELD) {
            continue;
        }
        if received.is_some() {
            return Err(Refusal::bad_request("one file per call"));
        }
        received = Some(receive(&call.shared, field, category, room).await?);
    }
    received.ok_or_else(|| Refusal::bad_request("the multipart field `file` is missing"))
}

/// Takes a file of at most so many bytes, and looks at what it is.
pub(super) async fn receive(
    shared: &Shared,
    mut field: Field<'_>,
    category: Category,
    room: u64,
) -> Result<Received, Refusal> {
    let name = field.file_name().map(str::to_owned);
    let mut spool = shared.store.spool().map_err(|error| full(&error))?;
    let mut head = Vec::new();
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        size += chunk.len() as u64;
        if size > room {
            // behavior: too large a file is 413; plausible, not documented | protocol 4.3 | inferred
            return Err(Refusal::too_large(MOST_BYTES));
        }
        if head.len() < pixels::HEAD {
            head.extend_from_slice(&chunk);
        }
        spool.write(&chunk).map_err(|error| full(&error))?;
    }
    if size == 0 {
        // behavior: an empty file is 400; plausible, not documented | protocol 4.3 | inferred
        return Err(Refusal::bad_request("the file is empty"));
    }
    let media = admitted(&head, category)?;
    let head = head.get(..media::HEAD).unwrap_or(&head);
    let pages = match media {
        Media::Pdf => pdf_pages::count(spool.path()).await.map_err(|error| full(&error))?,
        _ => 1,
    };
    Ok(Received { spool, media, size, pages, words: mark::words(name.as_deref(), head) })
}

/// What the content is, where this credential takes it.
// behavior: a document is JPEG, PNG or PDF, a picture of an ID or a face JPEG or PNG, told by the content | protocol 4.2 | documented
// behavior: a picture has at most 8000 x 8000 pixels and more than 300 on its longest side | protocol 4.2 | documented
// behavior: a picture of another size is 400; plausible, not documented | protocol 4.3 | inferred
// behavior: another format is 415; plausible, not documented | protocol 4.3 | inferred
fn admitted(head: &[u8], category: Category) -> Result<Media, Refusal> {
    let refuse =
        |known: &str| Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the content is none of {known}"));
    match Media::of(head) {
        Some(media @ (Media::Jpeg | Media::Png)) => match pixels::of(head) {
            Some(size) if !pixels::are_fine(size) => {
                let (least, most) = (pixels::LEAST, pixels::MOST);
                let rule = format!(
                    "a picture must have more than {least} pixels on its longest side, and at most {most} on each"
                );
                Err(Refusal::bad_request(rule))
            }
            _ => Ok(media),
        },
        Some(Media::Pdf) if category == Category::Document => Ok(Media::Pdf),
        _ if category == Category::Document => Err(refuse("image/jpeg, image/png, application/pdf")),
        _ => Err(refuse("image/jpeg, image/png")),
    }
}

/// Adds a received file as the document's next page.
// behavior: the files of a document are numbered from 1 in the order of their uploads; several POSTs add several pages | protocol 4.1, 4.2 | inferred
// behavior: a PDF is one part with one number, however many pages it has | protocol 4.2 | inferred
pub(super) fn add_page(
    shared: &Shared,
    transaction: &mut Transaction,
    credential_id: &str,
    received: Received,
    now: Moment,
) -> Result<Part, Refusal> {
    is_open(shared, transaction)?;
    let second = transaction.variants(&shared.settings).second_page;
    let credential = transaction.credential(credential_id).ok_or_else(|| Refusal::not_found("the part"))?;
    let files = match (second, credential.parts.len()) {
        (SecondPage::Refused, 1..) => {
            return Err(Refusal::new(StatusCode::CONFLICT, "the document has its file already"));
        }
        (SecondPage::Replaces, _) => 0,
        (_, files) => files,
    };
    let classifier = (files + 1).to_string();
    put_part(shared, transaction, credential_id, &classifier, received, now)
}

/// Keeps a received file under this classifier, in place of what was there.
// behavior: pages that come at the same time are counted together: the one that is too much is 413 | protocol 4.2 | inferred
pub(super) fn put_part(
    shared: &Shared,
    transaction: &mut Transaction,
    credential_id: &str,
    classifier: &str,
    received: Received,
    now: Moment,
) -> Result<Part, Refusal> {
    is_open(shared, transaction)?;
    let workflow = shared.settings.workflows.find(&transaction.order.definition_key);
    let credential = transaction.credential_mut(credential_id).ok_or_else(|| Refusal::not_found("the part"))?;
    // Checked again: another upload may have come in meanwhile.
    let others: u64 = credential.parts.iter().filter(|part| part.classifier != classifier).map(|part| part.size).sum();
    if credential.category == Category::Document {
        if others + received.size > MOST_BYTES {
            return Err(Refusal::too_large(MOST_BYTES));
        }
        may_have(credential, credential.pages_beside(classifier).saturating_add(received.pages))?;
    }
    let part = Part {
        id: Uuid::new_v4().to_string(),
        classifier: classifier.to_owned(),
        media: received.media,
        size: received.size,
        pages: received.pages,
        made_up: false,
    };
    shared.store.keep(received.spool, credential_id, classifier).map_err(|error| full(&error))?;
    match credential.parts.iter_mut().find(|known| known.classifier == classifier) {
        Some(known) => *known = part.clone(),
        None => credential.parts.push(part.clone()),
    }
    let category = credential.category;
    let chosen = workflow.and_then(|workflow| mark::plan(&received.words, category, &workflow));
    if let Some(chosen) = chosen {
        transaction.plan.get_or_insert_default().overlay(chosen);
    }
    transaction.touch(now, &shared.settings);
    Ok(part)
}

/// Whether a document may have so many pages.
// behavior: a file that brings a document above its pages is 400 | protocol 4.2, 4.3 | inferred
pub(super) fn may_have(document: &Credential, pages: u32) -> Result<(), Refusal> {
    let most = document.most_pages();
    if pages > most {
        return Err(Refusal::bad_request(format!("the document may have {most} pages and would have {pages}")));
    }
    Ok(())
}

/// The reply to the upload of a file (protocol 4.3).
pub(super) fn file_reply(call: &Call, transaction: &Transaction, credential: &Credential, part: &Part) -> Response {
    let shared = &call.shared;
    let variants = transaction.variants(&shared.settings);
    // behavior: an upload answers 200, as in the guide | protocol 4.3 | documented
    let status = match variants.upload_status {
        UploadStatus::Ok => StatusCode::OK,
        UploadStatus::Created => StatusCode::CREATED,
    };
    if variants.upload_reply == UploadReply::Empty {
        return status.into_response();
    }
    let upload = hrefs::upload(&shared.sites, transaction, credential);
    let is_document = credential.category == Category::Document;
    let parts: Value = if is_document && variants.upload_reply == UploadReply::Nested {
        let pages = credential
            .parts
            .iter()
            .map(|part| (part.classifier.clone(), json!(format!("{upload}/{}", part.classifier))));
        json!({ "document": pages.collect::<Map<_, _>>() })
    } else if is_document {
        json!({ "document": upload })
    } else {
        let own = credential.category.classifiers().iter();
        own.map(|classifier| (classifier.to_lowercase(), json!(format!("{upload}/{classifier}"))))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut body = body(shared, transaction, &parts, true);
    if let (true, Some(members)) = (variants.upload_reply != UploadReply::Short, body.as_object_mut()) {
        members.insert("credential".to_owned(), json!({ "id": credential.id }));
        members.insert("part".to_owned(), json!({ "id": part.id }));
    }
    reply::json(call, Some(transaction), status, body)
}

/// The reply to an upload of prepared data.
// behavior: the reply to prepared data has empty parts; the guide of 2022 repeats the part and leaves the token out | protocol 4.3 | observed
pub(super) fn data_reply(call: &Call, transaction: &Transaction, credential: &Credential) -> Response {
    let shared = &call.shared;
    let body = match transaction.variants(&shared.settings).prepared_data_reply {
        PreparedDataReply::NoParts => body(shared, transaction, &json!({}), true),
        PreparedDataReply::PartRepeated => {
            let upload = hrefs::upload(&shared.sites, transaction, credential);
            body(shared, transaction, &json!({ "prepared_data": format!("{upload}/PREPARED_DATA") }), false)
        }
    };
    reply::json(call, Some(transaction), StatusCode::OK, body)
}

/// The members that every upload's reply has.
pub(super) fn body(shared: &Shared, transaction: &Transaction, parts: &Value, with_token: bool) -> Value {
    let now = shared.now();
    let mut api = json!({ "parts": parts, "workflowExecution": hrefs::execution(&shared.sites, transaction) });
    if let (true, Some(members)) = (with_token, api.as_object_mut()) {
        members.insert("token".to_owned(), json!(token(shared, transaction, now)));
    }
    json!({
        "timestamp": now.text(),
        "account": { "id": transaction.account_id },
        "workflowExecution": { "id": transaction.execution_id },
        "api": api,
    })
}

/// The transaction token of a reply.
// behavior: the token of an upload's reply is that of the account reply; whether it is rotated is open | protocol 2.2 | chosen
fn token(shared: &Shared, transaction: &Transaction, now: Moment) -> String {
    match transaction.variants(&shared.settings).upload_token {
        UploadToken::Same => transaction.token.clone(),
        UploadToken::Rotated => shared.signer.transaction_token(&Claims {
            expires_at: transaction.token_expires_at.millis().to_string(),
            account_id: transaction.account_id.clone(),
            acquisition_id: transaction.execution_id.clone(),
            execution_id: transaction.execution_id.clone(),
            customer_reference: transaction.order.customer_internal_reference.clone(),
            customer_id: shared.customer_id.clone(),
            rotation: Some(now.millis()),
        }),
    }
}

pub(super) fn full(error: &std::io::Error) -> Refusal {
    Refusal::internal(format!("cannot keep the content: {error}"))
}
