//! The paths of Jumio's API, taken from the endpoints' own templates, and what happens around every call: the faults, the
//! User-Agent, the record of the call, the right `Allow`. What each call does stands in a file of its own.

mod account;
mod authorize;
mod call;
mod deletion;
mod details;
mod document;
mod finalize;
mod health;
pub(crate) mod hrefs;
mod intake;
pub(crate) mod names;
mod page;
mod part;
mod part_upload;
mod prepared_data;
mod reply;
mod report;
mod retrieval;
mod steps;
mod table;
mod token;
mod upload;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::Response;
use jumio_model::api::{
    CreateAccount, DeleteAccount, DeleteExecution, FetchToken, Finalize, GetDetails, GetDetailsByExecution, GetHealth,
    GetPart, GetReport, GetRules, GetStatus, GetSteps, ReplacePart, UpdateAccount, UploadDocument, UploadPart,
    UploadPreparedData,
};
use jumio_model::endpoint::{Endpoint as _, Role};

use crate::connection::Peer;
use crate::control;
use crate::problem::Refusal;
use crate::shared::Shared;
use table::Table;

/// The whole of the simulator's HTTP side.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut table = Table::default();
    table.endpoint::<FetchToken>(|call| Box::pin(token::exchange(call)));
    table.endpoint::<CreateAccount>(|call| Box::pin(account::create(call)));
    table.endpoint::<UpdateAccount>(|call| Box::pin(account::update(call)));
    table.endpoint::<UploadDocument>(|call| Box::pin(document::upload(call)));
    table.endpoint::<UploadPreparedData>(|call| Box::pin(prepared_data::upload(call)));
    let api = Some(Role::Api);
    // behavior: PUT on a classifier replaces a part | protocol 4.1 | documented
    table.also("PUT", UploadPreparedData::NAME, api, UploadPreparedData::PATH, |call| {
        Box::pin(prepared_data::upload(call))
    });
    table.endpoint::<UploadPart>(|call| Box::pin(part_upload::add(call)));
    table.endpoint::<ReplacePart>(|call| Box::pin(part_upload::replace(call)));
    table.endpoint::<Finalize>(|call| Box::pin(finalize::finalize(call)));
    table.endpoint::<GetStatus>(|call| Box::pin(retrieval::status(call)));
    table.endpoint::<GetDetails>(|call| Box::pin(details::details(call)));
    table.endpoint::<GetDetailsByExecution>(|call| Box::pin(details::details(call)));
    table.endpoint::<GetSteps>(|call| Box::pin(steps::steps(call)));
    table.endpoint::<GetRules>(|call| Box::pin(steps::rules(call)));
    table.endpoint::<GetReport>(|call| Box::pin(report::generate(call)));
    table.endpoint::<GetPart>(|call| Box::pin(part::part(call)));
    table.endpoint::<DeleteExecution>(|call| Box::pin(deletion::execution(call)));
    table.endpoint::<DeleteAccount>(|call| Box::pin(deletion::account(call)));
    let retrieval = Some(Role::Retrieval);
    table.also("GET", retrieval::ACCOUNT, retrieval, DeleteAccount::PATH, |call| Box::pin(retrieval::account(call)));
    table.also("GET", report::FILE_NAME, retrieval, report::FILE, |call| Box::pin(report::file(call)));
    table.endpoint::<GetHealth>(|call| Box::pin(health::health(call)));
    page::route(&mut table);

    table
        .into_router()
        .merge(control::router(&shared))
        .fallback(unknown_path)
        .layer(DefaultBodyLimit::disable())
        .layer(map_response(mark))
        .with_state(shared)
}

/// A call to a path that is none of Jumio's; it stands in the log with the others.
async fn unknown_path(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let refusal = Refusal::not_found(&format!("the path {}", request.uri().path()));
    call::exchange(shared, peer, ("unknown_path", None), HashMap::new(), request, Err(refusal)).await
}

async fn mark(mut response: Response) -> Response {
    // behavior: every reply has x-simulated: SIMULATED | no such header at Jumio | chosen
    response.headers_mut().entry(reply::SIMULATED).or_insert(HeaderValue::from_static("SIMULATED"));
    response
}
