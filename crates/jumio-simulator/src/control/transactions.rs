//! Looking at transactions, and moving one by hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::body::Body;
use super::detail::Detail;
use crate::problem::Refusal;
use crate::record::TransactionRecord;
use crate::shared::Shared;
use crate::transaction::{Status, Transaction};

/// Every transaction with its calls, oldest first.
pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<TransactionRecord>> {
    Json(shared.records())
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Detail>, Refusal> {
    let transaction = shared.peek(&id).ok_or_else(|| Refusal::not_found("the workflow execution"))?;
    Ok(Json(Detail::of(&shared, &transaction)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    status: String,
}

/// Puts it where it is wanted, whatever it was before; what follows from a status follows: times, callbacks, the next move.
pub(super) async fn set_status(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Detail>, Refusal> {
    let status = Status::named(&wanted.status).ok_or_else(|| {
        let known: Vec<_> = Status::ALL.into_iter().map(Status::text).collect();
        Refusal::bad_request(format!("status: must be one of {}", known.join(", ")))
    })?;
    let settings = &shared.settings;
    let changed = shared.control(&id, |transaction, now| {
        transaction.force(status, now, settings);
        Ok(())
    })?;
    Ok(Json(Detail::of(&shared, &changed)))
}

/// Lets its token or its session end now.
pub(super) async fn expire(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Detail>, Refusal> {
    let settings = &shared.settings;
    let changed = shared.control(&id, |transaction: &mut Transaction, now| {
        let end = match transaction.status {
            Status::Initiated => Status::TokenExpired,
            Status::AcquisitionStarted => Status::SessionExpired,
            other => {
                let why = format!("it is {} and cannot expire any more", other.text());
                return Err(Refusal::new(StatusCode::CONFLICT, why));
            }
        };
        transaction.end(end, now, settings);
        Ok(())
    })?;
    Ok(Json(Detail::of(&shared, &changed)))
}
