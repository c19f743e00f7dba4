//! Health (protocol 8): the simulator is up when it can say so.

use std::sync::Arc;

use axum::Json;
use axum::response::IntoResponse as _;
use serde_json::json;

use super::call::Call;
use super::table::Answer;

pub(super) async fn health(_: Arc<Call>) -> Answer {
    Ok(Json(json!({ "status": "UP" })).into_response())
}
