//! Upload of a document page (protocol 4.1, 4.2): POST without a classifier, and PUT to a page.

use std::sync::Arc;

use axum::http::StatusCode;

use super::call::Call;
use super::table::Answer;
use super::{authorize, upload};
use crate::credential::Category;
use crate::problem::Refusal;

/// POST to the `document` address.
// behavior: pages are POSTed to an address without a classifier; PUT there is 405 with Allow: POST, OPTIONS | protocol 4.1 | observed
pub(super) async fn upload(call: Arc<Call>) -> Answer {
    let bearer = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    let is_document = |category| category == Category::Document;
    let credential = upload::admit(&call, &bearer, &transaction, |credential| is_document(credential.category))?;
    let room = upload::MOST_BYTES.saturating_sub(credential.size());
    let received = upload::file(&call, Category::Document, room).await?;
    let shared = &call.shared;
    let (changed, part) = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        let part = upload::add_page(shared, transaction, &credential.id, received, now)?;
        Ok((transaction.clone(), part))
    })?;
    let credential = changed.credential(&credential.id).ok_or_else(|| Refusal::not_found("the part"))?;
    Ok(upload::file_reply(&call, &changed, credential, &part))
}
