//! Which token a call carries. The two kinds are never taken for each other (protocol 2.2).

use axum::http::{StatusCode, header};

use super::call::Call;
use crate::problem::Refusal;
use crate::tokens::Claims;
use crate::transaction::Transaction;

/// Accounts and retrieval: an OAuth access token. A transaction token is 401 here like any other wrong one.
pub(super) fn access(call: &Call) -> Result<(), Refusal> {
    let token = bearer(call).ok_or_else(Refusal::unauthorized)?;
    if call.shared.signer.accepts_access(token, call.shared.now()) { Ok(()) } else { Err(Refusal::unauthorized()) }
}

/// Uploads and finalize: a transaction token.
///
/// The sources disagree whether Jumio takes the OAuth token here as well: the documentation and two live clients send the
/// transaction token, two other clients the OAuth token, one of them ignoring failures (protocol 2.2). Refusing is the
/// stricter reading: a client that passes here passes under either.
pub(super) fn transaction(call: &Call) -> Result<Claims, Refusal> {
    bearer(call).and_then(|token| call.shared.signer.read_transaction(token)).ok_or_else(Refusal::unauthorized)
}

/// Whether the path and the token name this transaction.
pub(super) fn names(call: &Call, claims: &Claims, transaction: &Transaction) -> Result<(), Refusal> {
    if transaction.account_id != call.parameter("accountId") {
        return Err(Refusal::not_found("the workflow execution"));
    }
    if transaction.execution_id != claims.execution_id {
        // Chosen among the documented 401, 403 and 404: the token is good, only not for this.
        return Err(Refusal::new(StatusCode::FORBIDDEN, "the token belongs to another workflow execution"));
    }
    Ok(())
}

fn bearer(call: &Call) -> Option<&str> {
    let (scheme, token) = call.header(&header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
