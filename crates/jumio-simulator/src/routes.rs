//! The paths of Jumio's API, taken from the endpoints' own templates, and what happens around every call: the faults, the
//! User-Agent, the record of the call, the right `Allow`. What each call does stands in a file of its own.

mod account;
mod authorize;
mod call;
mod control;
mod document;
mod finalize;
mod health;
pub(crate) mod hrefs;
mod page;
mod prepared_data;
mod retrieval;
mod table;
mod token;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use jumio_model::api::{
    CreateAccount, FetchToken, Finalize, GetDetails, GetDetailsByExecution, GetHealth, GetPart, GetStatus,
    UpdateAccount, UploadDocument, UploadPreparedData,
};
use jumio_model::endpoint::Endpoint as _;

use crate::problem::Refusal;
use crate::shared::Shared;
use table::Table;

/// Every answer carries it, so that nobody takes this for Jumio.
const SIMULATED: HeaderName = HeaderName::from_static("x-simulated");

/// The whole of the simulator's HTTP side.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut table = Table::default();
    table.endpoint::<FetchToken>(|call| Box::pin(token::exchange(call)));
    table.endpoint::<CreateAccount>(|call| Box::pin(account::create(call)));
    table.endpoint::<UpdateAccount>(|call| Box::pin(account::update(call)));
    table.endpoint::<UploadDocument>(|call| Box::pin(document::upload(call)));
    table.endpoint::<UploadPreparedData>(|call| Box::pin(prepared_data::upload(call)));
    // The reference documents PUT on a classifier for replacing (protocol 4.1).
    table.also("PUT", UploadPreparedData::NAME, UploadPreparedData::PATH, |call| Box::pin(prepared_data::upload(call)));
    let classified = format!("{}/{{classifier}}", UploadDocument::PATH);
    for verb in ["POST", "PUT"] {
        table.also(verb, "upload_part", &classified, |call| Box::pin(upload::no_such_part(call)));
    }
    table.endpoint::<Finalize>(|call| Box::pin(finalize::finalize(call)));
    table.endpoint::<GetStatus>(|call| Box::pin(retrieval::status(call)));
    table.endpoint::<GetDetails>(|call| Box::pin(retrieval::details(call)));
    table.endpoint::<GetDetailsByExecution>(|call| Box::pin(retrieval::details(call)));
    table.endpoint::<GetPart>(|call| Box::pin(retrieval::part(call)));
    table.endpoint::<GetHealth>(|call| Box::pin(health::health(call)));
    page::route(&mut table);

    table
        .into_router()
        .route("/_sim/transactions", get(control::transactions))
        .fallback(unknown_path)
        .layer(DefaultBodyLimit::disable())
        .layer(map_response(mark))
        .with_state(shared)
}

async fn unknown_path(uri: Uri) -> Refusal {
    Refusal::not_found(&format!("the path {}", uri.path()))
}

async fn mark(mut response: Response) -> Response {
    response.headers_mut().insert(SIMULATED, HeaderValue::from_static("SIMULATED"));
    response
}
