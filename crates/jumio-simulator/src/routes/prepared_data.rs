//! Upload of prepared data for the DATA credential (protocol 4.4): a JSON object.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::table::Answer;
use super::{authorize, upload};
use crate::media::Media;
use crate::problem::Refusal;
use crate::transaction::{Category, Part, Status};

const CLASSIFIER: &str = "PREPARED_DATA";
const LONGEST_BODY: usize = 1024 * 1024;

/// A second upload takes the place of the first. Documented for PUT (protocol 4.1), chosen for POST.
pub(super) async fn upload(call: Arc<Call>) -> Answer {
    let claims = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    let credential = upload::admit(&call, &claims, &transaction, Category::Data)?;
    if !call.content_is("application/json") {
        return Err(Refusal::bad_request("Content-Type must be application/json"));
    }
    let body = call.bytes(LONGEST_BODY).await?;
    if serde_json::from_slice::<Map<String, Value>>(&body).is_err() {
        return Err(Refusal::bad_request("the body must be a JSON object"));
    }
    let shared = &call.shared;
    let changed = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        upload::is_open(transaction)?;
        let keep = || {
            let mut spool = shared.store.spool()?;
            spool.write(&body)?;
            shared.store.keep(spool, &credential.id, CLASSIFIER)
        };
        keep().map_err(|error| upload::full(&error))?;
        if let Some(data) = transaction.credential_mut(&credential.id) {
            data.parts = vec![Part {
                id: Uuid::new_v4().to_string(),
                classifier: CLASSIFIER.to_owned(),
                media: Media::Json,
                size: body.len() as u64,
            }];
        }
        // Chosen: data that a backend sends ahead does not start the person's session, but keeps a started one alive.
        if transaction.status == Status::AcquisitionStarted {
            transaction.touch(now);
        }
        Ok(transaction.clone())
    })?;
    // As seen live: no parts in the reply.
    Ok(upload::reply(shared, &changed, &json!({}), None))
}
