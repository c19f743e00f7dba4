//! The calls of the page behind `web.href` (protocol 10): show it, keep its session open, hand everything in. A browser
//! gets HTML; the page's own script asks for JSON. How the page looks is in `page.rs`.
//!
//! Jumio's client talks to a backend of its own that no source documents; this page posts its form to its own address.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::call::Call;
use super::table::{Answer, Table};
use super::{finalize, upload};
use crate::credential::{Category, Credential};
use crate::made_up;
use crate::page::{self, Failure, Frame, Language, Reason, Session, Slot, Step, View};
use crate::problem::Refusal;
use crate::transaction::{SESSION, Status, Transaction};

const NAME: &str = "hosted_page";
/// A page was chosen: the person is at it, and the session goes on.
const CAPTURE_NAME: &str = "hosted_page_capture";

/// The newer of Jumio's two forms (protocol 10.1).
pub(super) const PATH: &str = "/web/client";
const CAPTURE_PATH: &str = "/web/client/capture";
/// The older one.
pub(super) const OLD_PATH: &str = "/web/v4/app";

/// A field of the form and what a file in it becomes.
struct Field {
    name: &'static str,
    category: Category,
    /// The part's classifier; a document's pages are numbered instead.
    classifier: Option<&'static str>,
    formats: &'static str,
    /// Whether the credential is nothing without it.
    required: bool,
}

const IMAGES: &str = "image/jpeg,image/png";

const fn picture(name: &'static str, category: Category, required: bool) -> Field {
    Field { name, category, classifier: Some(name), formats: IMAGES, required }
}

// behavior: the page asks for the pages of a DOCUMENT, FRONT and BACK of an ID, FACE of a SELFIE, where the credential allows WEB | vocabulary 2, protocol 3.5 | documented
const FIELDS: &[Field] = &[
    picture("FRONT", Category::Id, true),
    // Not every ID has one.
    picture("BACK", Category::Id, false),
    picture("FACE", Category::Selfie, true),
    Field {
        name: "file",
        category: Category::Document,
        classifier: None,
        formats: "image/jpeg,image/png,application/pdf",
        required: true,
    },
];

/// Routes the page.
pub(super) fn route(table: &mut Table) {
    for path in [PATH, OLD_PATH] {
        table.also("GET", NAME, None, path, |call| Box::pin(show(call)));
        table.also("POST", NAME, None, path, |call| Box::pin(submit(call)));
    }
    table.also("POST", CAPTURE_NAME, None, CAPTURE_PATH, |call| Box::pin(capture(call)));
}

async fn show(call: Arc<Call>) -> Answer {
    match session(&call) {
        Ok(transaction) if wants_json(&call) => Ok(open_state(&call, &transaction)),
        Ok(transaction) => page::answer(&frame(&call, Some(&transaction)), &open(&call, &transaction)),
        Err(failure) => failed(&call, &failure),
    }
}

// behavior: choosing a page starts the session, or begins its 15 minutes anew | protocol 10.4 (each capture or upload) | documented
async fn capture(call: Arc<Call>) -> Answer {
    let transaction = match session(&call) {
        Ok(transaction) => transaction,
        Err(failure) => return failed(&call, &failure),
    };
    let changed = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        upload::is_open(&call.shared, transaction)?;
        transaction.touch(now, &call.shared.settings);
        Ok(transaction.clone())
    });
    match changed {
        Ok(transaction) => Ok(open_state(&call, &transaction)),
        Err(refusal) => failed(&call, &Failure::of(refusal, transaction)),
    }
}

async fn submit(call: Arc<Call>) -> Answer {
    let transaction = match finish(&call).await {
        Ok(transaction) => transaction,
        Err(failure) => return failed(&call, &failure),
    };
    let client = call.shared.settings.web_client;
    let next = page::redirect(client, &transaction);
    if wants_json(&call) {
        let outcome = json!({ "state": "done", "next": next, "metainfo": page::metainfo(client, None) });
        return Ok(Json(outcome).into_response());
    }
    page::answer(&frame(&call, Some(&transaction)), &View::Done { transaction: &transaction, next })
}

/// Takes the files of the form, then finalizes; all of it or nothing.
// behavior: the page uploads and finalizes by itself | protocol 5 | documented
async fn finish(call: &Call) -> Result<Transaction, Failure> {
    let transaction = session(call)?;
    match hand_in(call, &transaction).await {
        Ok(true) => Ok(transaction),
        Ok(false) => Err(Failure {
            reason: Reason::NoFile,
            step: Step::Upload,
            status: StatusCode::BAD_REQUEST,
            detail: None,
            transaction: Some(Box::new(transaction)),
        }),
        Err(refusal) => Err(Failure::of(refusal, transaction)),
    }
}

/// Whether everything that is needed was in the form; nothing is kept otherwise.
async fn hand_in(call: &Call, transaction: &Transaction) -> Result<bool, Refusal> {
    let shared = &call.shared;
    let mut form = call.multipart().await?;
    let mut files = Vec::new();
    let mut room: HashMap<String, u64> = HashMap::new();
    while let Some(entry) = form.next_field().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        // A browser sends a nameless empty file where none was chosen.
        if entry.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let wanted = wanted(transaction).find(|(field, _)| entry.name() == Some(field.name));
        let Some((field, credential)) = wanted else { continue };
        let room =
            room.entry(credential.id.clone()).or_insert_with(|| upload::MOST_BYTES.saturating_sub(credential.size()));
        let received = upload::receive(shared, entry, field.category, *room).await?;
        *room -= received.size;
        files.push((field, credential.id.clone(), received));
    }
    let given = |name: &str| files.iter().any(|(field, ..)| field.name == name);
    if slots(transaction).iter().any(|slot| slot.required && !given(slot.field)) {
        return Ok(false);
    }
    // Before anything is kept; what a script could not count, such as the pages of a PDF, shows only here.
    for (_, document) in wanted(transaction).filter(|(field, _)| field.classifier.is_none()) {
        let of_it = files.iter().filter(|(_, credential, _)| *credential == document.id);
        let pages = of_it.fold(document.pages_beside(""), |sum, (.., file)| sum.saturating_add(file.pages));
        upload::may_have(document, pages)?;
    }
    call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        for (field, credential, file) in files {
            match field.classifier {
                Some(classifier) => upload::put_part(shared, transaction, &credential, classifier, file, now)?,
                None => upload::add_page(shared, transaction, &credential, file, now)?,
            };
        }
        // behavior: the page adds a made-up face map: no file holds one | vocabulary 2 | chosen
        let face_maps = transaction.credentials.iter_mut().filter(|found| found.category == Category::Facemap);
        for face_map in face_maps.filter(|found| found.channels.web) {
            made_up::hand_in(face_map, &transaction.execution_id);
        }
        transaction.ask_for_consent();
        finalize::apply(shared, transaction, now)
    })?;
    Ok(true)
}

/// The fields that this transaction's form has, each with its credential.
fn wanted(transaction: &Transaction) -> impl Iterator<Item = (&'static Field, &Credential)> {
    FIELDS.iter().filter_map(|field| {
        let credential = transaction.of_category(field.category)?;
        credential.channels.web.then_some((field, credential))
    })
}

/// What the person is asked for.
fn slots(transaction: &Transaction) -> Vec<Slot> {
    let slot = |(field, credential): (&Field, &Credential)| Slot {
        field: field.name,
        most: if field.classifier.is_some() { 1 } else { credential.most_pages() },
        formats: field.formats,
        required: field.required && credential.required,
    };
    wanted(transaction).map(slot).collect()
}

/// The transaction of the link, where it is still open.
fn session(call: &Call) -> Result<Transaction, Failure> {
    let failure = |reason, status, transaction: Option<Transaction>| Failure {
        reason,
        step: Step::Open,
        status,
        detail: None,
        transaction: transaction.map(Box::new),
    };
    let found = query(call, "authorizationToken")
        .and_then(|token| call.shared.signer.read_transaction(&token))
        .and_then(|claims| call.shared.peek(&claims.execution_id));
    let Some(transaction) = found else {
        return Err(failure(Reason::Invalid, StatusCode::UNAUTHORIZED, None));
    };
    // The status codes of a page that a person sees: chosen by what HTTP means by them.
    let (reason, status) = match transaction.status {
        Status::TokenExpired => (Reason::TokenExpired, StatusCode::GONE),
        Status::SessionExpired => (Reason::SessionExpired, StatusCode::GONE),
        status if status.takes_uploads() => return Ok(transaction),
        _ => (Reason::Finished, StatusCode::CONFLICT),
    };
    Err(failure(reason, status, Some(transaction)))
}

fn open<'t>(call: &Call, transaction: &'t Transaction) -> View<'t> {
    let token = query(call, "authorizationToken").unwrap_or_default();
    View::Open {
        transaction,
        slots: slots(transaction),
        most_bytes: upload::MOST_BYTES,
        // A token that was read is of letters, digits, `-`, `_` and `.` alone.
        capture: format!("{CAPTURE_PATH}?authorizationToken={token}"),
        session: Session { minutes: SESSION.as_secs() / 60, left: left(call, transaction) },
    }
}

/// The milliseconds after which the session is over if nothing happens.
fn left(call: &Call, transaction: &Transaction) -> u64 {
    let due = transaction.due().map_or(SESSION, |due| call.shared.now().until(due));
    u64::try_from(due.as_millis()).unwrap_or(u64::MAX)
}

fn open_state(call: &Call, transaction: &Transaction) -> Response {
    Json(json!({ "state": "open", "endsIn": left(call, transaction) })).into_response()
}

fn failed(call: &Call, failure: &Failure) -> Answer {
    let client = call.shared.settings.web_client;
    if wants_json(call) {
        let outcome = json!({
            "state": "failed",
            "reason": failure.reason.text(),
            "retriable": failure.reason.is_retriable(),
            "detail": failure.detail,
            "next": failure.next(client),
            "metainfo": failure.metainfo(client),
        });
        return Ok((failure.status, Json(outcome)).into_response());
    }
    page::answer(&frame(call, failure.transaction.as_deref()), &View::Failed(failure))
}

fn frame(call: &Call, transaction: Option<&Transaction>) -> Frame {
    let client = call.shared.settings.web_client;
    Frame {
        language: Language::of(query(call, "locale").as_deref()),
        message: transaction.map_or(Value::Null, |transaction| page::message(client, transaction)),
        client,
    }
}

fn query(call: &Call, name: &str) -> Option<String> {
    let Query(mut query) = Query::<HashMap<String, String>>::try_from_uri(call.uri()).ok()?;
    query.remove(name)
}

/// The page's own script asks for JSON; a browser that opens the page or posts the form asks for HTML.
fn wants_json(call: &Call) -> bool {
    call.header(&header::ACCEPT) == Some("application/json")
}
