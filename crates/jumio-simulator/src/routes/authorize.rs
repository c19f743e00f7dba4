//! Which token a call carries. The two kinds are never taken for each other (protocol 2.2).

use axum::http::{StatusCode, header};

use super::call::Call;
use super::token;
use crate::problem::Refusal;
use crate::transaction::Transaction;
use crate::variants::{BasicAccess, UploadAccess};

/// Whose token an upload or a finalize carries.
pub(super) enum Bearer {
    /// That of one execution.
    Execution(String),
    /// That of the tenant.
    Tenant,
}

/// Accounts and retrieval: an OAuth access token.
// behavior: account and retrieval calls want the OAuth access token, else 401; a transaction token is 401, too | protocol 2.2, 9.2 | documented
pub(super) fn access(call: &Call) -> Result<(), Refusal> {
    let shared = &call.shared;
    let header = call.header(&header::AUTHORIZATION);
    // behavior: HTTP Basic in place of an access token is 401: deprecated | protocol 2.3 | chosen
    if shared.settings.variants.basic_access == BasicAccess::Accepted
        && header.and_then(token::basic) == Some((shared.client_id.clone(), shared.client_secret.clone()))
    {
        return Ok(());
    }
    let token = bearer(call).ok_or_else(Refusal::unauthorized)?;
    if shared.signer.accepts_access(token, shared.now()) { Ok(()) } else { Err(Refusal::unauthorized()) }
}

/// Uploads and finalize: a transaction token.
///
/// The documentation and two live clients send the transaction token, two other clients the OAuth token, one of them ignoring
/// failures.
// behavior: uploads and finalize want the transaction token, and the OAuth access token is 401: the stricter reading | protocol 2.2 | documented
pub(super) fn transaction(call: &Call) -> Result<Bearer, Refusal> {
    let shared = &call.shared;
    let token = bearer(call).ok_or_else(Refusal::unauthorized)?;
    if let Some(claims) = shared.signer.read_transaction(token) {
        return Ok(Bearer::Execution(claims.execution_id));
    }
    let either = shared.settings.variants.upload_access == UploadAccess::EitherToken;
    if either && shared.signer.accepts_access(token, shared.now()) {
        return Ok(Bearer::Tenant);
    }
    Err(Refusal::unauthorized())
}

/// Whether the path and the token name this transaction.
pub(super) fn names(call: &Call, bearer: &Bearer, transaction: &Transaction) -> Result<(), Refusal> {
    // behavior: an account or execution that does not belong together is 404 | protocol 9.2 | documented
    if transaction.account_id != call.parameter("accountId") {
        return Err(Refusal::not_found("the workflow execution"));
    }
    match bearer {
        Bearer::Execution(execution) if *execution != transaction.execution_id => {
            // behavior: a good transaction token of another execution is 403, of the documented 401, 403 and 404 | protocol 9.2 | chosen
            Err(Refusal::new(StatusCode::FORBIDDEN, "the token belongs to another workflow execution"))
        }
        _ => Ok(()),
    }
}

fn bearer(call: &Call) -> Option<&str> {
    let (scheme, token) = call.header(&header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
