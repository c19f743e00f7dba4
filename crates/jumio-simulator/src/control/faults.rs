//! Faults that are still to come: see, add, forget.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::body::Body;
use crate::faults::{Fault, Listed};
use crate::shared::Shared;

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<Listed>> {
    Json(shared.faults.list())
}

pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Body(fault): Body<Fault>,
) -> (StatusCode, Json<Vec<Listed>>) {
    shared.faults.add(fault);
    (StatusCode::CREATED, Json(shared.faults.list()))
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.faults.clear();
    StatusCode::NO_CONTENT
}
