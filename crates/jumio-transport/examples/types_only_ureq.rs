//! Only the types, with blocking ureq: of our crates `jumio-model` with its feature `endpoint`, no async and no runtime.
//!
//! Try it with a simulator: `jumio sim` prints an address, an id and a secret, then
//!
//! ```text
//! cargo run -p jumio-transport --example types_only_ureq -- ADDRESS ID SECRET
//! ```
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use jumio_model::api::{CreateAccount, FetchToken, GetStatus};
use jumio_model::endpoint::{BaseUrl, Body, Endpoint, Site, UserAgent, bearer};
use jumio_model::{Country, DocumentType, WorkflowStatus};

/// Sends one request with a credential on it, if it may go there. `None` of these calls has a file in its body.
fn send(
    agent: &ureq::Agent,
    site: &Site,
    mut request: Request<Body>,
    credential: &HeaderValue,
) -> Result<Response<Vec<u8>>, Box<dyn Error>> {
    site.permits(request.uri())?;
    request.headers_mut().insert(AUTHORIZATION, credential.clone());
    let (head, body) = request.into_parts();
    let body = body.into_bytes().ok_or("a file in a body")?;
    let response = match body.is_empty() {
        true => agent.run(Request::from_parts(head, ())),
        false => agent.run(Request::from_parts(head, body.as_ref())),
    };
    let (head, mut body) = response?.into_parts();
    Ok(Response::from_parts(head, body.with_config().limit(1024 * 1024).read_to_vec()?))
}

/// Opens a transaction, and asks where it stands.
pub fn open(base: &str, id: &str, secret: &str) -> Result<WorkflowStatus, Box<dyn Error>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0) // a credential would go along
        .http_status_as_error(false) // the types read refusals, too
        .proxy(None) // or yours, by value
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let site = Site::at(BaseUrl::parse(base)?, UserAgent::new("Acme KYC/1.0")?);

    let call = FetchToken::new();
    let mut basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))?;
    basic.set_sensitive(true);
    let token = call.read(send(&agent, &site, call.to_http(&site)?, &basic)?)?;
    let (_, token) = bearer(&token.access_token)?;

    let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT)?;
    let account = call.read(send(&agent, &site, call.to_http(&site)?, &token)?)?;
    call.check_links(&site, &account)?; // before anything is uploaded

    let call = GetStatus::new(account.account.id.clone(), account.workflow_execution.id.clone());
    let status = call.read(send(&agent, &site, call.to_http(&site)?, &token)?)?;
    Ok(status.workflow_execution.status.clone())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, id, secret] = arguments.as_slice() else {
        return Err("say the address, and the client's id and secret".into());
    };
    println!("{:?}", open(base, id, secret)?);
    Ok(())
}
