//! `/_sim/`: what Jumio does not have. Look at what happened, and make things happen: a status, a callback, a fault, another
//! time. `docs/reference/simulator/control.json` describes it.
//!
//! It is for this machine alone, and for programs: a page that a browser shows must not reach it, since any page may call
//! localhost (`control/guard.rs`).

mod body;
mod callbacks;
mod detail;
mod faults;
mod guard;
mod other;
mod transactions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::inspector;
use crate::problem::Refusal;
use crate::shared::Shared;

/// The OpenAPI document; the committed file is the only copy.
const OPENAPI: &str = include_str!("../../../docs/reference/simulator/control.json");

/// Every path, with what is there. The OpenAPI document has the same ones, which a test holds.
pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    // A page for people; the API itself begins below.
    inspector::router()
        .route("/_sim/openapi.json", get(other::openapi))
        .route("/_sim/transactions", get(transactions::list))
        .route("/_sim/transactions/{workflowExecutionId}", get(transactions::show))
        .route("/_sim/transactions/{workflowExecutionId}/status", post(transactions::set_status))
        .route("/_sim/transactions/{workflowExecutionId}/expire", post(transactions::expire))
        .route("/_sim/transactions/{workflowExecutionId}/callbacks", post(callbacks::fire))
        .route("/_sim/transactions/{workflowExecutionId}/callbacks/{number}/replay", post(callbacks::replay))
        .route("/_sim/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_sim/clock", get(other::clock).post(other::set_clock))
        .route("/_sim/requests", get(other::requests))
        .route("/_sim/reset", post(other::reset))
        .method_not_allowed_fallback(wrong_verb)
        .layer(from_fn_with_state(Arc::clone(shared), guard::guard))
}

async fn wrong_verb(method: axum::http::Method) -> Refusal {
    Refusal::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not for this path"))
}
