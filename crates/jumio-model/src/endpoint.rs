//! What a call *is*, as plain `http` values: verb, path, headers and body of a request, and how its reply is read.
//!
//! No I/O happens here. Send the request with any HTTP client and hand the response back:
//!
//! ```
//! use jumio_model::api::CreateAccount;
//! use jumio_model::endpoint::{Endpoint, Region, Site, UserAgent};
//! use jumio_model::{Country, CustomerInternalReference, DocumentType};
//!
//! let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0")?);
//! let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT)?;
//! let request = call.to_http(&site)?;
//! assert_eq!(request.uri(), "https://account.emea-1.jumio.ai/api/v1/accounts");
//!
//! # let body = br#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
//! let response = http::Response::builder().status(200).body(body).unwrap(); // from your HTTP client
//! let account = call.read(response)?;
//! assert_eq!(account.account.id.as_str(), "a");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base_url;
mod body;
mod climbing;
mod link;
mod meta;
mod multipart;
mod path;
mod region;
mod reply;
mod site;
mod target;
mod user_agent;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response};

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use body::{Body, Segment};
pub use link::{ForeignLink, NotAllowed, NotAllowedReason};
pub use meta::{Access, InDoubt, Meta, Repeat, Role};
pub use multipart::{Boundary, FilePart};
pub use region::{Region, UnknownRegion};
pub use reply::{Refused, ReplyError, RetryAfter, Unreadable, request_id};
pub use site::Site;
pub use target::{Arguments, Target};
pub use user_agent::UserAgent;

use self::path::Template;
use crate::json::ReadError;
use crate::{InvalidRequest, TransactionToken};

/// One call of the API: a value that can write its request and read its reply.
///
/// The constants are the one source of what is known of the call: rendering, the simulator's routes, the reference pages
/// and the names of spans all read them.
pub trait Endpoint: Send + Sync {
    /// The call's name, in snake case: spans, logs, fixtures.
    const NAME: &'static str;
    /// The verb.
    const METHOD: Method;
    /// The path below the role's base URL, with `{name}` for each argument. One with a character that would have to be encoded does
    /// not compile.
    const PATH: &'static str;
    /// Which of Jumio's services takes the call.
    const ROLE: Role;
    /// Which credential it needs.
    const ACCESS: Access;
    /// Whether it may be sent again when nobody knows whether it arrived.
    const REPEAT: Repeat;
    /// The `Accept` header. JSON, but for a part's bytes. One that is no header's value does not compile.
    const ACCEPT: &'static str = "application/json";
    /// What it answers.
    type Reply: Send;

    /// Where this call goes: to the template with these arguments, or to a URL that Jumio returned.
    fn target(&self) -> Target<'_>;

    /// The body and its content type.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the value cannot be written.
    fn body(&self) -> Result<Option<Content>, InvalidRequest> {
        Ok(None)
    }

    /// The transaction token, for calls that carry one.
    fn transaction_token(&self) -> Option<&TransactionToken> {
        None
    }

    /// Reads the body of a successful reply.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the JSON path, where the body has another shape than documented.
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, ReadError>;

    /// Every URL in the reply that opens a transaction to which a later call will take the transaction token, with the member that it
    /// stands in.
    fn links<'reply>(&self, _reply: &'reply Self::Reply) -> Vec<(String, &'reply str)> {
        Vec::new()
    }

    /// Checks the [links](Self::links) of a reply as soon as it is read: whoever finds out only when a page is on its way, or
    /// all pages are there and only finalize is missing, has a transaction that nobody can end.
    ///
    /// # Errors
    ///
    /// [`ForeignLink`] with the first link to which no transaction token may go.
    fn check_links(&self, site: &Site, reply: &Self::Reply) -> Result<(), ForeignLink> {
        for (member, href) in self.links(reply) {
            site.permits_transaction_link(href).map_err(|why| ForeignLink { member, why })?;
        }
        Ok(())
    }

    /// The request, complete but for its credential: the sender adds that, and only after checking the host
    /// ([`Site::permits`]).
    ///
    /// # Errors
    ///
    /// [`RequestError`] where an argument cannot stand in a path, a URL cannot be read, or the body cannot be written.
    fn to_http(&self, site: &Site) -> Result<Request<Body>, RequestError> {
        let uri = match self.target() {
            Target::Template(arguments) => {
                site.base(Self::ROLE).join(const { &Template::of(Self::PATH) }, arguments.as_slice())?
            }
            Target::Href(href) => link::parse(href)?,
        };
        let (content_type, body) = match self.body()? {
            Some(content) => (Some(content.content_type), content.body),
            None => (None, Body::empty()),
        };
        let mut request = Request::new(body.with_meta(Meta::of::<Self>()));
        *request.method_mut() = Self::METHOD;
        *request.uri_mut() = uri;
        let length = request.body().content_length();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, const { HeaderValue::from_static(Self::ACCEPT) });
        headers.insert(USER_AGENT, site.user_agent().header());
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        // Jumio lists Content-Length as required and advises against chunks (protocol 2.4).
        if Self::METHOD != Method::GET && Self::METHOD != Method::DELETE {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        Ok(request)
    }

    /// Reads a response: the reply, or what the service said instead. Nothing received is lost.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Refused`] for any status but 2xx, [`ReplyError::Unreadable`] for a body that has another shape.
    fn read<B: AsRef<[u8]>>(&self, response: Response<B>) -> Result<Self::Reply, ReplyError> {
        self.read_ref(&response)
    }

    /// [`read`](Self::read) for whoever needs the response afterwards.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn read_ref<B: AsRef<[u8]>>(&self, response: &Response<B>) -> Result<Self::Reply, ReplyError> {
        if !response.status().is_success() {
            let looks_up = Self::ROLE == Role::Retrieval && Self::METHOD == Method::GET;
            return Err(ReplyError::Refused(Box::new(Refused::new(Self::NAME, looks_up, response))));
        }
        self.decode(response.body().as_ref())
            .map_err(|error| ReplyError::Unreadable(Box::new(Unreadable::new(Self::NAME, response, error))))
    }
}

/// A body with its content type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Content {
    /// The `Content-Type` header.
    pub content_type: HeaderValue,
    /// The bytes, or where they are.
    pub body: Body,
}

impl Content {
    /// A body with its content type.
    pub fn new(content_type: HeaderValue, body: Body) -> Self {
        Self { content_type, body }
    }

    pub(crate) fn json<T: serde::Serialize>(field: &'static str, value: &T) -> Result<Self, InvalidRequest> {
        let bytes = serde_json::to_vec(value).map_err(|_| InvalidRequest {
            field,
            rule: "cannot be written as JSON",
            length: 0,
        })?;
        Ok(Self::new(HeaderValue::from_static("application/json"), Body::from(bytes)))
    }
}

/// A request that cannot be built. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// An argument of the path is empty, `.` or `..`: it would change where the call goes.
    PathArgument {
        /// The argument's name in the template.
        name: &'static str,
    },
    /// A URL that Jumio returned cannot be read, or names no host.
    Link(NotAllowed),
    /// The request breaks a rule.
    Invalid(InvalidRequest),
}

impl std::fmt::Display for RequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PathArgument { name } => write!(f, "`{name}` must not be empty, `.` or `..`"),
            Self::Link(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<InvalidRequest> for RequestError {
    fn from(error: InvalidRequest) -> Self {
        Self::Invalid(error)
    }
}

impl From<NotAllowed> for RequestError {
    fn from(error: NotAllowed) -> Self {
        Self::Link(error)
    }
}

/// The header that carries a bearer token: marked sensitive, so that no `Debug` shows it.
///
/// # Errors
///
/// [`InvalidRequest`] where the token has characters that no header can carry.
pub fn bearer(token: &str) -> Result<(HeaderName, HeaderValue), InvalidRequest> {
    let mut value = header_of(token)
        .map_err(|_| InvalidRequest::new("Authorization", "has characters that no header can carry", token))?;
    value.set_sensitive(true);
    Ok((http::header::AUTHORIZATION, value))
}

#[cfg(not(feature = "zeroize"))]
fn header_of(token: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    HeaderValue::try_from(format!("Bearer {token}"))
}

/// Wiped with its last copy.
#[cfg(feature = "zeroize")]
fn header_of(token: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    const SCHEME: &str = "Bearer ";
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(SCHEME.len() + token.len()));
    text.extend_from_slice(SCHEME.as_bytes());
    text.extend_from_slice(token.as_bytes());
    HeaderValue::from_maybe_shared(bytes::Bytes::from_owner(text))
}
