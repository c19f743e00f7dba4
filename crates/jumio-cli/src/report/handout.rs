//! What a person needs to upload by themselves: the hosted page's link, or the SDK's token. Both are secrets that are shown
//! because they were asked for.

use chrono::{DateTime, SecondsFormat, Utc};
use jumio_flow::machine::{Flow, TransactionAccess};
use jumio_model::TransactionToken;

/// Which ways in are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ways {
    pub(crate) link: bool,
    pub(crate) sdk_token: bool,
}

/// A link or a token, and when it ends. No `Debug`: it is made of secrets.
pub(crate) struct Handout {
    pub(crate) link: Option<String>,
    pub(crate) sdk_token: Option<String>,
    pub(crate) expiry: Expiry,
}

/// When the way in closes, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// The lifetime that was asked for, from the moment the transaction was opened.
    Requested(DateTime<Utc>),
    /// The token itself.
    Token(DateTime<Utc>),
    /// Nobody: the portal's setting holds, and a token that does not show its end.
    Unknown,
}

impl Handout {
    /// What an open flow has to hand out; `None` where there is no transaction, or it is over.
    pub(crate) fn of(flow: &Flow, ways: Ways) -> Option<Self> {
        let transaction = flow.transaction()?;
        let access = transaction.access.as_ref()?;
        let asked = flow.spec().request.token_lifetime.as_ref();
        let requested = asked.and_then(|lifetime| {
            let lifetime = chrono::TimeDelta::from_std(lifetime.duration()).ok()?;
            transaction.opened_at?.checked_add_signed(lifetime)
        });
        let expiry = requested.map(Expiry::Requested).or_else(|| told_by_token(access).map(Expiry::Token));
        Some(Self {
            link: access.web.as_ref().filter(|_| ways.link).map(|link| link.expose().to_owned()),
            sdk_token: access.sdk.as_ref().filter(|_| ways.sdk_token).map(|token| token.expose().to_owned()),
            expiry: expiry.unwrap_or(Expiry::Unknown),
        })
    }
}

fn told_by_token(access: &TransactionAccess) -> Option<DateTime<Utc>> {
    let in_link = access.web.as_ref().and_then(|link| {
        let query = link.expose().split_once('?')?.1;
        let token = query.split('&').find_map(|pair| pair.strip_prefix("authorizationToken="))?;
        TransactionToken::new(token).expires_at()
    });
    let in_sdk = || TransactionToken::new(access.sdk.as_ref()?.expose()).expires_at();
    let others = [&access.document, &access.prepared_data, &access.finalize];
    in_link.or_else(in_sdk).or_else(|| others.into_iter().flatten().find_map(|(_, token)| token.expires_at()))
}

impl Expiry {
    pub(crate) fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Requested(at) | Self::Token(at) => Some(at),
            Self::Unknown => None,
        }
    }

    /// In words.
    pub(crate) fn spoken(self) -> String {
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        match self {
            Self::Requested(at) => format!("until {} (the lifetime that was asked for)", time(at)),
            Self::Token(at) => format!("until {} (as its token says)", time(at)),
            Self::Unknown => "for an unknown time (the portal's setting holds, mostly 30 minutes)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jumio_flow::machine::{Done, Event, Reply, Spec, step};
    use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw, TokenLifetime};

    use super::*;

    const BOTH: Ways = Ways { link: true, sdk_token: true };
    const REPLY: &str = include_str!("../../../../fixtures/documented/create_account/reply.json");

    fn opened(lifetime: Option<&str>, reply: &str) -> Flow {
        let reference = CustomerInternalReference::new("order-17").unwrap();
        let mut request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        if let Some(lifetime) = lifetime {
            request = request.with_token_lifetime(TokenLifetime::parse(lifetime).unwrap());
        }
        let mut flow = Flow::new(Spec::person(request));
        let id = flow.pending().unwrap().id;
        let done = Done::Succeeded(Reply::Opened(Box::new(Raw::read(reply).unwrap())));
        step(&mut flow, Event::Done { id, done }, DateTime::UNIX_EPOCH);
        flow
    }

    #[test]
    fn the_requested_lifetime_comes_first() {
        let handout = Handout::of(&opened(Some("2h"), REPLY), BOTH).unwrap();
        assert_eq!(handout.expiry, Expiry::Requested(DateTime::from_timestamp(7200, 0).unwrap()));
        assert!(handout.link.unwrap().starts_with("https://") && handout.sdk_token.is_some());
    }

    #[test]
    fn then_the_token_and_then_nobody() {
        let handout = Handout::of(&opened(None, REPLY), Ways { link: true, sdk_token: false }).unwrap();
        assert!(matches!(handout.expiry, Expiry::Token(_)), "{:?}", handout.expiry);
        assert_eq!(handout.sdk_token, None);
        let opaque = r#"{"account":{"id":"a"},"web":{"href":"https://x.example/?authorizationToken=opaque"},
            "workflowExecution":{"id":"w","credentials":[]}}"#;
        let handout = Handout::of(&opened(None, opaque), BOTH).unwrap();
        assert_eq!((handout.expiry, handout.sdk_token), (Expiry::Unknown, None));
        assert!(Expiry::Unknown.spoken().contains("unknown"));
    }
}
