//! The whole job over an HTTP stack that is not ours: a transport of ureq, a blocking client, and flows on top.
//!
//! Try it with a simulator: `jumio sim` prints an address, an id and a secret, then
//!
//! ```text
//! cargo run -p jumio-flow --example over_ureq --no-default-features --features driver -- ADDRESS ID SECRET FILE.pdf
//! ```
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use jumio_auth::Credentials;
use jumio_flow::machine::{Ending, Flow, Page, Spec};
use jumio_flow::{Connection, FlowKey, FlowRecord, Flows, NewFlow};
use jumio_model::endpoint::{BaseUrl, Body, Segment, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_transport::{DEFAULT_REPLY_CEILING, ReplyReader, Transport, TransportError};
use sha2::{Digest as _, Sha256};

/// Sends with ureq, each call on a thread for blocking work.
pub struct Ureq(ureq::Agent);

impl Ureq {
    /// What a transport must see to: no redirect, no status taken for an error, no proxy from the environment, nothing
    /// unpacked (ureq's feature `gzip` is off), a limit for connecting. `Connection` limits the attempt.
    pub fn hardened() -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(3)))
            .build();
        Self(config.into())
    }
}

#[async_trait]
impl Transport for Ureq {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let reader = ReplyReader::of(&request);
        let agent = self.0.clone();
        let blocking = tokio::task::spawn_blocking(move || exchange(&agent, request));
        let response = blocking.await.map_err(TransportError::other)??;
        reader.read(response.map(Full::new)).await
    }
}

fn exchange(agent: &ureq::Agent, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
    let (head, body) = request.into_parts();
    // With the length in the headers ureq sends no chunks.
    let response = if body.content_length() == 0 {
        agent.run(Request::from_parts(head, ()))
    } else {
        let stream = stream(&body).map_err(|error| TransportError::other(error).unprocessed())?;
        agent.run(Request::from_parts(head, ureq::SendBody::from_owned_reader(stream)))
    };
    let (head, mut body) = response.map_err(failure)?.into_parts();
    let bytes = body.with_config().limit(DEFAULT_REPLY_CEILING).read_to_vec().map_err(TransportError::interrupted)?;
    Ok(Response::from_parts(head, bytes.into()))
}

/// The segments one after the other: a file is read while it is sent, so that it takes no memory.
fn stream(body: &Body) -> Result<Box<dyn Read + Send>, std::io::Error> {
    let mut stream: Box<dyn Read + Send> = Box::new(std::io::empty());
    for segment in body.segments() {
        stream = match segment {
            Segment::Bytes(bytes) => Box::new(stream.chain(Cursor::new(bytes.clone()))),
            Segment::File { path, offset, len } => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                Box::new(stream.chain(file.take(*len)))
            }
            _ => return Err(ErrorKind::Unsupported.into()),
        };
    }
    Ok(stream)
}

/// Where there was no connection nothing was processed. Anything else may have been: that is always safe to say.
fn failure(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::HostNotFound => TransportError::dns(error),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect) => TransportError::connect(error),
        ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => TransportError::connect(io),
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
