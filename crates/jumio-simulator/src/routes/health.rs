//! Health (protocol 8): the simulator is up when it can say so.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::call::Call;
use super::reply;
use super::table::Answer;

// behavior: health needs no token and answers {"status": "UP"}; details only where a scenario says so | protocol 8, 2.4 | documented
pub(super) async fn health(call: Arc<Call>) -> Answer {
    Ok(reply::json(&call, None, StatusCode::OK, json!({ "status": "UP" })))
}
