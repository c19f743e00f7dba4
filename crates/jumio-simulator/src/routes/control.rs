//! `/_sim/`: what Jumio does not have. Answered to this machine only, also should the simulator ever listen elsewhere.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;

use crate::connection::Peer;
use crate::problem::Refusal;
use crate::record::TransactionRecord;
use crate::shared::Shared;

/// Every transaction with its calls, oldest first.
pub(super) async fn transactions(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
) -> Result<Json<Vec<TransactionRecord>>, Refusal> {
    if !peer.address.ip().is_loopback() {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "only for this machine"));
    }
    Ok(Json(shared.records()))
}
