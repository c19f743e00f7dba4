//! Only the types, with a plain hyper client: of our crates `jumio-model` with its feature `endpoint`, and none other.
//!
//! Try it with a simulator: `jumio sim` prints an address, an id and a secret, then
//!
//! ```text
//! cargo run -p jumio-transport --example types_only_hyper -- ADDRESS ID SECRET FILE.pdf
//! ```
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jumio_model::api::{CreateAccount, FetchToken, Finalize, GetDetails, GetStatus, UploadDocument};
use jumio_model::endpoint::{BaseUrl, Body, Boundary, Endpoint, FilePart, Segment, Site, UserAgent, bearer};
use jumio_model::{Country, DocumentType, Media, Outcome};

type AnyError = Box<dyn Error + Send + Sync>;
type Hyper = Client<HttpConnector, Full<Bytes>>;

/// Sends one request. A body that is a file would be streamed in earnest; all of ours are in memory here.
async fn send(hyper: &Hyper, request: Request<Body>) -> Result<Response<Bytes>, AnyError> {
    let (head, body) = request.into_parts();
    let body = body.into_bytes().ok_or("a file in a body")?;
    let exchange = async {
        let (head, body) = hyper.request(Request::from_parts(head, Full::new(body))).await?.into_parts();
        let body = Limited::new(body, 1024 * 1024).collect().await?.to_bytes();
        Ok::<_, AnyError>(Response::from_parts(head, body))
    };
    tokio::time::timeout(Duration::from_secs(30), exchange).await?
}

/// The request with a credential on it, if it may go there.
fn with(mut request: Request<Body>, site: &Site, credential: HeaderValue) -> Result<Request<Body>, AnyError> {
    site.permits(request.uri())?;
    request.headers_mut().insert(AUTHORIZATION, credential);
    Ok(request)
}

/// Runs a document through: token, account, upload, finalize, status, details.
pub async fn prove(base: &str, id: &str, secret: &str, file: &Path) -> Result<Option<Outcome>, AnyError> {
    let hyper: Hyper = Client::builder(TokioExecutor::new()).build_http(); // with a TLS connector, for Jumio
    let site = Site::at(BaseUrl::parse(base)?, UserAgent::new("Acme KYC/1.0")?);

    let call = FetchToken::new();
    let mut basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))?;
    basic.set_sensitive(true);
    let token = call.read(send(&hyper, with(call.to_http(&site)?, &site, basic)?).await?)?;
    let (_, token) = bearer(&token.access_token)?;

    let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT)?;
    let account = call.read(send(&hyper, with(call.to_http(&site)?, &site, token.clone())?).await?)?;
    call.check_links(&site, &account)?; // before anything is uploaded
    let api = account.document().and_then(|credential| credential.api.as_ref()).ok_or("no API channel")?;
    let transaction = api.token.clone().ok_or("no transaction token")?;
    let (_, bearer) = bearer(transaction.expose())?;

    let page = FilePart::new(Segment::Bytes(std::fs::read(file)?.into()), Media::Pdf);
    let parts = api.parts.document().ok_or("no link for documents")?;
    let call = UploadDocument::new(parts, transaction.clone(), page, Boundary::new(rand_bytes()?));
    call.read(send(&hyper, with(call.to_http(&site)?, &site, bearer.clone())?).await?)?;
    let finalize = api.workflow_execution.as_deref().ok_or("no link to finalize")?;
    let call = Finalize::new(finalize, transaction);
    call.read(send(&hyper, with(call.to_http(&site)?, &site, bearer)?).await?)?;

    let (account, execution) = (account.account.id.clone(), account.workflow_execution.id.clone());
    let call = GetStatus::new(account.clone(), execution.clone());
    loop {
        let status = call.read(send(&hyper, with(call.to_http(&site)?, &site, token.clone())?).await?)?;
        if status.workflow_execution.status.is_terminal() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await; // some minutes in all, in earnest less and less often
    }
    let call = GetDetails::new(account, execution);
    let details = call.read(send(&hyper, with(call.to_http(&site)?, &site, token)?).await?)?;
    Ok(details.outcome())
}

fn rand_bytes() -> Result<[u8; 16], AnyError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(random)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, id, secret, file] = arguments.as_slice() else {
        return Err("say the address, the client's id and secret, and a PDF".into());
    };
    println!("{:?}", prove(base, id, secret, Path::new(file)).await?);
    Ok(())
}
