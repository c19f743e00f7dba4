//! Upload of a document page (protocol 4.1, 4.2): POST, one multipart field named `file`.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs, upload};
use crate::problem::Refusal;
use crate::transaction::Category;

const FIELD: &str = "file";

pub(super) async fn upload(call: Arc<Call>) -> Answer {
    let claims = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    let credential = upload::admit(&call, &claims, &transaction, Category::Document)?;
    let received = file(&call, upload::MOST_BYTES.saturating_sub(credential.size())).await?;
    let shared = &call.shared;
    let (changed, part) = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        let part = upload::add_page(shared, transaction, &credential.id, received, now)?;
        Ok((transaction.clone(), part))
    })?;
    let parts = json!({ "document": hrefs::upload(&shared.base_url, &changed, credential) });
    Ok(upload::reply(shared, &changed, &parts, Some((&credential.id, &part))))
}

/// The one file of the form.
async fn file(call: &Call, room: u64) -> Result<upload::Received, Refusal> {
    let mut form = call.multipart().await?;
    let mut received = None;
    while let Some(field) = form.next_field().await.map_err(|error| Refusal::bad_request(error.body_text()))? {
        if field.name() != Some(FIELD) {
            continue;
        }
        if received.is_some() {
            return Err(Refusal::bad_request("one file per call"));
        }
        received = Some(upload::receive(&call.shared, field, room).await?);
    }
    received.ok_or_else(|| Refusal::bad_request("the multipart field `file` is missing"))
}
