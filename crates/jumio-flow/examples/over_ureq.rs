//! The whole job over an HTTP stack that is not ours: a transport of ureq, a blocking client, and flows on top.
//!
//! Try it with a simulator: `jumio sim` prints an address, an id and a secret, then
//!
//! ```text
//! cargo run -p jumio-flow --example over_ureq --no-default-features --features driver -- ADDRESS ID SECRET FILE.pdf
//! ```
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;
use jumio_auth::Credentials;
use jumio_flow::machine::{Ending, Flow, Page, Spec};
use jumio_flow::{Connection, FlowKey, FlowRecord, Flows, NewFlow};
use jumio_model::endpoint::{BaseUrl, Body, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_transport::{ReplyReader, SendBody, Transport, TransportError};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

/// Sends with ureq, each call on a thread for blocking work: the adapter of `docs/bring-your-own-http.md`.
pub struct Ureq(ureq::Agent);

impl Ureq {
    /// What a transport must see to.
    pub fn hardened() -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None) // or yours, by value; nothing is unpacked without ureq's features for that
            .timeout_connect(Some(Duration::from_secs(3)))
            .timeout_global(Some(Duration::from_secs(120))) // so that no thread waits longer than any call does
            .build();
        Self(config.into())
    }
}

#[async_trait]
impl Transport for Ureq {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let reader = ReplyReader::of(&request);
        let (head, body) = request.into_parts();
        let body = SendBody::open(body).await.map_err(|error| TransportError::body(error).unprocessed())?;
        let (agent, runtime) = (self.0.clone(), Handle::current());
        let call = move || {
            let body = if body.is_end_stream() {
                ureq::SendBody::none()
            } else {
                // The request says how long it is, so ureq sends no chunks.
                let rest = Bytes::new();
                ureq::SendBody::from_owned_reader(Outgoing { body, rest, runtime: runtime.clone() })
            };
            let response = agent.run(Request::from_parts(head, body)).map_err(failure)?;
            runtime.block_on(reader.read(response.map(Incoming)))
        };
        tokio::task::spawn_blocking(call).await.map_err(TransportError::other)?
    }
}

/// A request's body for whoever reads. Call it on a thread that may block.
struct Outgoing {
    body: SendBody,
    rest: Bytes,
    runtime: Handle,
}

impl Read for Outgoing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            let Some(frame) = self.runtime.block_on(self.body.frame()) else { return Ok(0) };
            self.rest = frame.map_err(std::io::Error::other)?.into_data().unwrap_or_default();
        }
        self.rest.as_ref().read(buffer).inspect(|read| drop(self.rest.split_to(*read)))
    }
}

/// A reply's body for whoever polls: it blocks, and is never pending.
struct Incoming(ureq::Body);

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let mut chunk = vec![0; 64 * 1024];
        let read = self.0.as_reader().read(&mut chunk);
        Poll::Ready(
            read.map(|length| {
                chunk.truncate(length);
                (length > 0).then(|| Frame::data(chunk.into()))
            })
            .transpose(),
        )
    }
}

fn failure(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::HostNotFound => TransportError::dns(error),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect) => TransportError::connect(error),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            TransportError::connect(error)
        }
        ureq::Error::Timeout(_) => TransportError::timeout(None),
        error => TransportError::interrupted(error),
    }
}

/// Runs a document through, from the account to the decision.
pub async fn prove(base: &str, id: &str, secret: &str, file: &Path) -> Result<FlowRecord, Box<dyn Error>> {
    let site = Site::at(BaseUrl::parse(base)?, UserAgent::new("Acme KYC/1.0")?);
    let connection = Connection::over(Ureq::hardened(), site, Credentials::new(id, secret.to_owned())?);
    let flows = Flows::builder(connection.effects()).build()?;

    let bytes = std::fs::read(file)?;
    let page = Page::new(file, Media::Pdf, bytes.len() as u64, Sha256::digest(&bytes).into());
    let reference = CustomerInternalReference::new("order-17")?;
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT)?;
    let key = FlowKey::new("order-17");
    flows.start(NewFlow::new(key.clone(), "ureq", Flow::new(Spec::upload(request, vec![page])?))).await?;
    Ok(flows.drive(&key).await?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, id, secret, file] = arguments.as_slice() else {
        return Err("say the address, the client's id and secret, and a PDF".into());
    };
    let record = prove(base, id, secret, Path::new(file)).await?;
    match record.flow.ending() {
        Some(Ending::Decided { details }) => println!("{:?}", details.outcome()),
        Some(ending) => println!("{}", ending.name()),
        None => println!("needs somebody: {:?}", record.flow.stalled()),
    }
    Ok(())
}
