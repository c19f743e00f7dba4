//! How the person's part ended, in the words that others are told: the redirect's parameters (protocol 10.2) and the
//! messages of a framed page (protocol 10.3), in the two forms that were seen.

use axum::http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::credential::Category;
use crate::problem::Refusal;
use crate::settings::WebClient;
use crate::transaction::Transaction;

/// What a query value may hold unescaped (RFC 3986, unreserved).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why it did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Invalid,
    TokenExpired,
    SessionExpired,
    Finished,
    NoFile,
    TooLarge,
    Format,
    Refused,
    Server,
    Offline,
}

/// What was being done: the call's two digits in a public error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Opening the page.
    Open,
    Upload,
}

impl Reason {
    /// Its name among the page's texts.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::TokenExpired => "token_expired",
            Self::SessionExpired => "session_expired",
            Self::Finished => "finished",
            Self::NoFile => "none",
            Self::TooLarge => "too_large",
            Self::Format => "format",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Offline => "offline",
        }
    }

    /// Whether the person can do something about it on this page.
    pub(crate) fn is_retriable(self) -> bool {
        !matches!(self, Self::Invalid | Self::TokenExpired | Self::SessionExpired | Self::Finished)
    }

    /// `errorCode`.
    // behavior: 9200 for a token that is missing, wrong or expired, 9210 for a session that expired, 9300 for a failed upload, 9800 offline | protocol 10.2 | documented
    // behavior: a link whose transaction was handed in already is 9200: its token is good for nothing any more | protocol 10.2 | chosen
    fn code(self) -> &'static str {
        match self {
            Self::Invalid | Self::TokenExpired | Self::Finished => "9200",
            Self::SessionExpired => "9210",
            Self::NoFile | Self::TooLarge | Self::Format | Self::Refused => "9300",
            Self::Server => "9100",
            Self::Offline => "9800",
        }
    }

    /// `publicErrorCode`: letter, call, detail.
    // behavior: publicErrorCode is a letter, two digits of the call and four of detail | protocol 10.2 | observed
    // behavior: the four digits of detail are the HTTP status of the refused call | protocol 10.2 | inferred
    fn public_code(self, step: Step, status: StatusCode) -> String {
        let letter = match self {
            Self::Invalid => 'C',
            Self::TokenExpired | Self::SessionExpired | Self::Finished => 'J',
            Self::NoFile | Self::TooLarge | Self::Format | Self::Refused => 'M',
            Self::Server => 'A',
            Self::Offline => return "E000000".to_owned(),
        };
        let call = match step {
            Step::Open => "01",
            Step::Upload => "04",
        };
        format!("{letter}{call}{:04}", status.as_u16())
    }
}

/// A refusal as the page tells it.
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) step: Step,
    pub(crate) status: StatusCode,
    /// What the API said, in English.
    pub(crate) detail: Option<String>,
    /// Where the link names one.
    pub(crate) transaction: Option<Box<Transaction>>,
}

impl Failure {
    /// An upload that the API's own rules refuse, in the page's words.
    pub(crate) fn of(refusal: Refusal, transaction: Transaction) -> Self {
        let reason = match refusal.status {
            StatusCode::UNAUTHORIZED => Reason::TokenExpired,
            StatusCode::PRECONDITION_FAILED => Reason::SessionExpired,
            StatusCode::CONFLICT => Reason::Finished,
            StatusCode::PAYLOAD_TOO_LARGE => Reason::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Reason::Format,
            status if status.is_server_error() => Reason::Server,
            _ => Reason::Refused,
        };
        Self {
            reason,
            step: Step::Upload,
            status: refusal.status,
            detail: Some(refusal.detail),
            transaction: Some(Box::new(transaction)),
        }
    }

    pub(crate) fn metainfo(&self, client: WebClient) -> Option<Value> {
        metainfo(client, Some((self.reason, self.step, self.status)))
    }

    /// Where the person goes from here, with what happened in the query. Nowhere while it can be mended.
    pub(crate) fn next(&self, client: WebClient) -> Option<String> {
        let transaction = self.transaction.as_ref().filter(|_| !self.reason.is_retriable())?;
        let url = transaction.order.error_url.as_deref()?;
        let (name, code) = match client {
            WebClient::Current => ("publicErrorCode", self.reason.public_code(self.step, self.status)),
            WebClient::Documented => ("errorCode", self.reason.code().to_owned()),
        };
        Some(appended(url, &parameters(client, transaction, "ERROR", Some((name, code)))))
    }
}

/// The success URL, where there is one, with what is appended to it.
pub(crate) fn redirect(client: WebClient, transaction: &Transaction) -> Option<String> {
    let url = transaction.order.success_url.as_deref()?;
    Some(appended(url, &parameters(client, transaction, "SUCCESS", None)))
}

/// The redirect's parameters.
// behavior: the redirect has accountId, workflowExecutionId, acquisitionStatus, customerInternalReference, and errorCode on error | protocol 10.2 | documented
// behavior: the current client appends publicErrorCode in place of errorCode, and transactionReference and transactionStatus | protocol 10.2 | observed
// behavior: the current client appends jumioIdScanReference and idScanStatus when the workflow has a DOCUMENT | protocol 10.2, trap 27 | observed
fn parameters(
    client: WebClient,
    transaction: &Transaction,
    status: &str,
    error: Option<(&'static str, String)>,
) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("accountId", transaction.account_id.clone()),
        ("workflowExecutionId", transaction.execution_id.clone()),
        ("acquisitionStatus", status.to_owned()),
        ("customerInternalReference", transaction.order.customer_internal_reference.clone()),
    ];
    pairs.extend(error);
    if client == WebClient::Current {
        let mut older = |reference, name| {
            pairs.push((reference, transaction.execution_id.clone()));
            pairs.push((name, status.to_owned()));
        };
        older("transactionReference", "transactionStatus");
        if has_document(transaction) {
            older("jumioIdScanReference", "idScanStatus");
        }
    }
    pairs
}

fn has_document(transaction: &Transaction) -> bool {
    transaction.credentials.iter().any(|credential| credential.category == Category::Document)
}

/// A URL with more in its query. It has no fragment: the rules for it allow none (protocol 6.1).
fn appended(url: &str, pairs: &[(&str, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE))).collect();
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{}", pairs.join("&"))
}

/// What every message of a framed page holds, but its time and what happened.
// behavior: a message's accountId is the account as documented; the current client puts the execution there, and an empty customerInternalReference is possible | protocol 10.3 | observed
pub(crate) fn message(client: WebClient, transaction: &Transaction) -> Value {
    let execution = &transaction.execution_id;
    let account = match client {
        WebClient::Documented => &transaction.account_id,
        // The token's `aId`, which equals the execution (protocol 2.2).
        WebClient::Current => execution,
    };
    let mut message = json!({
        "authorizationToken": transaction.token,
        "eventType": 510,
        "workflowExecutionId": execution,
        "accountId": account,
        "customerInternalReference": transaction.order.customer_internal_reference,
    });
    if let (WebClient::Current, Some(message)) = (client, message.as_object_mut()) {
        message.insert("transactionReference".to_owned(), json!(execution));
        // Seen in the code with no condition named; a scan reference is a document's, as in the redirect.
        if has_document(transaction) {
            message.insert("jumioIdScanReference".to_owned(), json!(execution));
        }
    }
    message
}

/// `payload.metainfo` of a message: nothing, or what went wrong.
// behavior: metainfo is {code} on error and absent otherwise as documented; in the current client always there, with mode `original` | protocol 10.3 | observed
pub(crate) fn metainfo(client: WebClient, error: Option<(Reason, Step, StatusCode)>) -> Option<Value> {
    match (client, error) {
        (WebClient::Documented, None) => None,
        (WebClient::Documented, Some((reason, ..))) => Some(json!({ "code": reason.code() })),
        (WebClient::Current, None) => Some(json!({ "mode": "original" })),
        (WebClient::Current, Some((reason, step, status))) => Some(json!({
            "mode": "original",
            "code": reason.code(),
            "codeExternal": reason.code(),
            "publicErrorCode": reason.public_code(step, status),
            "retriable": reason.is_retriable(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::{Reason, Step, appended};

    #[test]
    fn parameters_are_appended() {
        let pairs = [("a", "order no. 17ä".to_owned()), ("b", "x-y_z~".to_owned())];
        assert_eq!(appended("https://a.example/ok", &pairs), "https://a.example/ok?a=order%20no.%2017%C3%A4&b=x-y_z~");
        assert_eq!(appended("https://a.example/ok?x=1", &pairs[1..]), "https://a.example/ok?x=1&b=x-y_z~");
    }

    #[test]
    fn public_codes_have_seven_characters() {
        for reason in [Reason::Invalid, Reason::TokenExpired, Reason::Format, Reason::Server, Reason::Offline] {
            let code = reason.public_code(Step::Upload, StatusCode::GONE);
            assert_eq!(code.len(), 7, "{code}");
        }
        assert_eq!(Reason::SessionExpired.public_code(Step::Open, StatusCode::GONE), "J010410");
    }
}
