//! What is known of a call beside its bytes: rides in the request's body for whoever sends it.

use super::Endpoint;

/// One of Jumio's services. Each has a host of its own in every region (protocol 1; documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// OAuth2 tokens.
    Auth,
    /// Accounts and transactions.
    Account,
    /// Uploads and finalize.
    Api,
    /// Status, details, parts, deletion.
    Retrieval,
    /// Health.
    Health,
}

impl Role {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Auth, Self::Account, Self::Api, Self::Retrieval, Self::Health];

    /// The role in lower case, as the command line and messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Account => "account",
            Self::Api => "api",
            Self::Retrieval => "retrieval",
            Self::Health => "health",
        }
    }
}

/// Which credential a call needs (protocol 2.2, 2.4). The two tokens must never be mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// None.
    None,
    /// HTTP Basic with the client's id and secret: the token call alone.
    ClientSecret,
    /// The OAuth2 access token.
    AccessToken,
    /// The transaction token of the credential. It cannot be refreshed.
    TransactionToken,
}

/// Whether a call may be sent again when nobody knows whether it arrived (protocol 9.4). No page says so of any call:
/// this is concluded from what each does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// Sending it twice changes nothing.
    Safe,
    /// Sending it twice may open a second chargeable transaction or add a page twice.
    Once,
}

/// A request's metadata, in its [`Body`](super::Body::meta). A decorator must work when it is missing.
///
/// ```
/// use jumio_model::api::CreateAccount;
/// use jumio_model::endpoint::{Meta, Repeat, Role};
///
/// let meta = Meta::of::<CreateAccount>();
/// assert_eq!((meta.role, meta.repeat), (Role::Account, Repeat::Once));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// The call's name.
    pub name: &'static str,
    /// The path template: for spans and metrics, where the path itself has too many values.
    pub template: &'static str,
    /// Which service takes it.
    pub role: Role,
    /// Which credential it needs.
    pub access: Access,
    /// Whether it may be sent again.
    pub repeat: Repeat,
}

impl Meta {
    /// The metadata of an endpoint.
    pub fn of<E: Endpoint + ?Sized>() -> &'static Self {
        const { &Self { name: E::NAME, template: E::PATH, role: E::ROLE, access: E::ACCESS, repeat: E::REPEAT } }
    }
}

/// A mark in a response's extensions, for whoever sends a call more than once: an earlier attempt at the same call may have been
/// processed, so this response does not tell what became of the call. [`Refused`](super::Refused) takes it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a mark")]
pub struct InDoubt;
