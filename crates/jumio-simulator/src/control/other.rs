//! The clock, the request log, starting over, and the description of it all.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::{OPENAPI, body::Body};
use crate::clock::Moment;
use crate::duration_text;
use crate::log::RequestRecord;
use crate::problem::Refusal;
use crate::shared::Shared;

/// So many calls are given at once, unless fewer are asked for.
const MOST_REQUESTS: usize = 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Clock {
    now: String,
    /// How far it is from the machine's.
    offset_milliseconds: i64,
}

pub(super) async fn clock(State(shared): State<Arc<Shared>>) -> Json<Clock> {
    Json(Clock { now: shared.now().text(), offset_milliseconds: shared.clock_offset() })
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Move {
    /// So much later.
    Advance(#[serde(with = "duration_text")] Duration),
    /// To this time, RFC 3339; also an earlier one.
    Set(String),
}

pub(super) async fn set_clock(
    State(shared): State<Arc<Shared>>,
    Body(wanted): Body<Move>,
) -> Result<Json<Clock>, Refusal> {
    let moved = match wanted {
        Move::Advance(by) => shared.advance(by),
        Move::Set(text) => {
            let time = Moment::read(&text).ok_or_else(|| Refusal::bad_request("set: must be a time of RFC 3339"))?;
            shared.set_clock(time)
        }
    };
    moved.map_err(|error| Refusal::internal(format!("cannot keep the clock: {error}")))?;
    Ok(clock(State(shared)).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Which {
    /// Only those with a higher number.
    #[serde(default)]
    after: u64,
    /// Only those about this execution.
    workflow_execution_id: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    /// So many of the oldest calls are not kept any more.
    forgotten: u64,
    requests: Vec<RequestRecord>,
}

pub(super) async fn requests(
    State(shared): State<Arc<Shared>>,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, Refusal> {
    let Query(which) = which.map_err(|error| Refusal::bad_request(error.body_text()))?;
    let most = which.limit.unwrap_or(MOST_REQUESTS).min(MOST_REQUESTS);
    let scan = if which.workflow_execution_id.is_some() { usize::MAX } else { most };
    let mut requests = shared.log.after(which.after, scan);
    if let Some(wanted) = which.workflow_execution_id {
        requests.retain(|request| request.workflow_execution_id.as_deref() == Some(&wanted));
        requests.truncate(most);
    }
    Ok(Json(Page { forgotten: shared.log.forgotten(), requests }))
}

/// As it was when it started for the first time, but for its address, credentials and keys.
pub(super) async fn reset(State(shared): State<Arc<Shared>>) -> Result<StatusCode, Refusal> {
    shared.reset().map_err(|error| Refusal::internal(format!("cannot remove what is kept: {error}")))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}
