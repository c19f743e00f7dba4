//! The page behind `web.href` (protocol 10): a person chooses files, the page uploads them and finalizes by itself, as
//! Jumio's does. Plain HTML without a script, marked SIMULATED.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::call::Call;
use super::table::Answer;
use super::{finalize, upload};
use crate::problem::Refusal;
use crate::transaction::{Category, Transaction};

pub(super) const NAME: &str = "hosted_page";
pub(super) const PATH: &str = "/web/client";

/// Nothing from anywhere else, and no script at all.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";

const FORM: &str = r#"<form method="post" enctype="multipart/form-data">
<p><label for="file">Pages of the document (JPEG, PNG or PDF, 15 MB together):</label></p>
<p><input id="file" name="file" type="file" accept="image/jpeg,image/png,application/pdf" multiple required></p>
<p><button>Upload and finish</button></p>
</form>"#;

pub(super) async fn show(call: Arc<Call>) -> Answer {
    Ok(match session(&call) {
        Ok(transaction) => {
            let order = &transaction.order;
            let mut body = String::new();
            // Writing to a text does not fail.
            let _ = write!(body, "<p>Document: {} from {}.</p>", escape(&order.document_type), escape(&order.country));
            page(StatusCode::OK, "Upload your document", &(body + FORM))
        }
        Err(refusal) => failed(&refusal),
    })
}

pub(super) async fn submit(call: Arc<Call>) -> Answer {
    Ok(match finish(&call).await {
        Ok(pages) => {
            page(StatusCode::OK, "Done", &format!("<p>{pages} page(s) were taken. You can close this window.</p>"))
        }
        Err(refusal) => failed(&refusal),
    })
}

/// Takes every file of the form as one page, then finalizes; all of it or nothing.
async fn finish(call: &Call) -> Result<usize, Refusal> {
    let transaction = session(call)?;
    let shared = &call.shared;
    let credential = transaction
        .credentials
        .iter()
        .find(|credential| credential.category == Category::Document)
        .ok_or_else(|| Refusal::not_found("the document"))?;
    let mut form = call.multipart().await?;
    let mut files = Vec::new();
    let mut room = upload::MOST_BYTES.saturating_sub(credential.size());
    while let Some(field) = form.next_field().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        // A browser sends a nameless empty file where none was chosen.
        if field.name() == Some("file") && field.file_name().is_some_and(|name| !name.is_empty()) {
            let received = upload::receive(shared, field, room).await?;
            room -= received.size;
            files.push(received);
        }
    }
    if files.is_empty() {
        return Err(Refusal::bad_request("no file was chosen"));
    }
    let pages = files.len();
    call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        for file in files {
            upload::add_page(shared, transaction, &credential.id, file, now)?;
        }
        finalize::apply(shared, transaction, now)
    })?;
    Ok(pages)
}

/// The transaction of the link, where it is still open.
fn session(call: &Call) -> Result<Transaction, Refusal> {
    let invalid = || Refusal::new(StatusCode::UNAUTHORIZED, "This link is not valid.");
    let Query(query) = Query::<HashMap<String, String>>::try_from_uri(call.uri()).map_err(|_| invalid())?;
    let claims = query
        .get("authorizationToken")
        .and_then(|token| call.shared.signer.read_transaction(token))
        .ok_or_else(invalid)?;
    let transaction = call.shared.peek(&claims.execution_id).ok_or_else(invalid)?;
    if transaction.status.is_expired() {
        return Err(Refusal::new(StatusCode::GONE, "This link has expired."));
    }
    if !transaction.status.takes_uploads() {
        return Err(Refusal::new(StatusCode::CONFLICT, "The document was handed in already."));
    }
    Ok(transaction)
}

fn failed(refusal: &Refusal) -> Response {
    let body = format!("<p role=\"alert\">{}</p>", escape(&refusal.detail));
    page(refusal.status, "That did not work", &body)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} (SIMULATED)</title>\n\
         <style>body{{font-family:sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem}}\
         .sign{{border:3px solid #b00;padding:.5rem}}</style>\n</head>\n<body>\n\
         <p class=\"sign\"><strong>SIMULATED.</strong> This is a simulator on this machine and not \
         Jumio: do not upload real documents.</p>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // The address holds a token.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
