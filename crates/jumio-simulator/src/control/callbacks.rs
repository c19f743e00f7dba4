//! Sending callbacks by hand: any status at any time, and one that there was once more.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::body::Body;
use super::detail::Detail;
use crate::callbacks::{CallbackHref, Notice};
use crate::problem::Refusal;
use crate::shared::Shared;
use crate::transaction::Transaction;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// In Jumio's words or any other: a receiver must take unknown ones.
    status: String,
    #[serde(default)]
    href: CallbackHref,
}

/// Sends a callback with this status. The transaction itself stays as it is.
pub(super) async fn fire(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Detail>), Refusal> {
    let changed = shared.control(&id, |transaction, now| {
        has_receiver(transaction)?;
        transaction.notices.push(Notice::now(wanted.status, wanted.href, now));
        Ok(())
    })?;
    Ok((StatusCode::ACCEPTED, Json(Detail::of(&shared, &changed))))
}

/// Sends the callback of this number once more, as a new one.
pub(super) async fn replay(
    State(shared): State<Arc<Shared>>,
    Path((id, number)): Path<(String, usize)>,
) -> Result<(StatusCode, Json<Detail>), Refusal> {
    let changed = shared.control(&id, |transaction, now| {
        has_receiver(transaction)?;
        let index = number.checked_sub(1);
        let old = index.and_then(|index| transaction.notices.get(index));
        let old = old.ok_or_else(|| Refusal::not_found("the callback"))?;
        let again = Notice::now(old.status.clone(), old.href, now);
        transaction.notices.push(again);
        Ok(())
    })?;
    Ok((StatusCode::ACCEPTED, Json(Detail::of(&shared, &changed))))
}

fn has_receiver(transaction: &Transaction) -> Result<(), Refusal> {
    match transaction.order.callback_url {
        Some(_) => Ok(()),
        None => Err(Refusal::new(StatusCode::CONFLICT, "the account call named no callbackUrl")),
    }
}
