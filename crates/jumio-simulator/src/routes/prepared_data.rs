//! Upload of prepared data for the DATA credential (protocol 4.4): a JSON object.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::call::Call;
use super::table::Answer;
use super::{authorize, upload};
use crate::credential::{Category, Part};
use crate::media::Media;
use crate::problem::Refusal;
use crate::transaction::Status;

const CLASSIFIER: &str = "PREPARED_DATA";
const LONGEST_BODY: usize = 1024 * 1024;

/// A second upload takes the place of the first.
// behavior: PUT replaces prepared data | protocol 4.1 | documented
// behavior: a second POST of prepared data replaces the first | protocol 4.1 | chosen
pub(super) async fn upload(call: Arc<Call>) -> Answer {
    let bearer = authorize::transaction(&call)?;
    let transaction = upload::find(&call)?;
    let is_data = |category| category == Category::Data;
    let credential = upload::admit(&call, &bearer, &transaction, |credential| is_data(credential.category))?;
    // behavior: prepared data that is no JSON object is 400; its members are not looked at, since pages differ | protocol 4.4 | chosen
    if !call.content_is("application/json") {
        return Err(Refusal::bad_request("Content-Type must be application/json"));
    }
    let body = call.bytes(LONGEST_BODY).await?;
    if serde_json::from_slice::<Map<String, Value>>(&body).is_err() {
        return Err(Refusal::bad_request("the body must be a JSON object"));
    }
    let shared = &call.shared;
    let changed = call.change(&transaction.execution_id, StatusCode::OK, |transaction, now| {
        upload::is_open(shared, transaction)?;
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
                pages: 1,
                made_up: false,
            }];
        }
        // behavior: prepared data that a backend sends ahead does not start the session, but keeps a started one alive | protocol 10.4 | chosen
        let data_alone = transaction.credentials.iter().all(|credential| credential.category == Category::Data);
        if transaction.status == Status::AcquisitionStarted || data_alone {
            transaction.touch(now, &shared.settings);
        }
        Ok(transaction.clone())
    })?;
    let credential = changed.credential(&credential.id).ok_or_else(|| Refusal::not_found("the part"))?;
    Ok(upload::data_reply(&call, &changed, credential))
}
