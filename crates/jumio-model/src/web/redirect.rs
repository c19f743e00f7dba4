//! The query that Jumio appends to the success and error URL (protocol 10.2). Not a URL parser.

use std::fmt;

use crate::redact::Silent;
use crate::vocabulary::{AcquisitionStatus, PublicErrorCode, WebErrorCode};
use crate::{AccountId, WorkflowExecutionId};

/// What the redirect says (protocol 10.2). Forgeable: use the ids to fetch the details, and the rest to choose which
/// page to show.
///
/// There are two variants, and a redirect may be a mix of both: the documented one, and what today's client appends, which
/// writes `publicErrorCode` in place of `errorCode` and, where the workflow has a document (Doc Proof does), the older
/// product's parameters as well. How sure: the first from two pages, the second from the client's own code (version 0.4.0).
///
/// ```
/// use jumio_model::WebRedirect;
///
/// let redirect = WebRedirect::from_query("accountId=a&workflowExecutionId=w&acquisitionStatus=ERROR&errorCode=9210");
/// assert_eq!(redirect.execution().unwrap().as_str(), "w");
/// assert!(!redirect.is_success());
/// assert_eq!(redirect.error_code.unwrap().name(), Some("Session expired after start"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebRedirect {
    /// The person's account (`accountId`).
    pub account_id: Option<AccountId>,
    /// The transaction (`workflowExecutionId`).
    pub workflow_execution_id: Option<WorkflowExecutionId>,
    /// The caller's reference of the transaction, echoed (`customerInternalReference`).
    pub customer_internal_reference: Option<String>,
    /// How the person's part ended (`acquisitionStatus`).
    pub acquisition_status: Option<AcquisitionStatus>,
    /// What went wrong (`errorCode`): documented, no longer appended by today's client.
    pub error_code: Option<WebErrorCode>,
    /// What went wrong (`publicErrorCode`): appended by today's client, not documented.
    pub public_error_code: Option<PublicErrorCode>,
    /// The transaction under an older name (`transactionReference`).
    pub transaction_reference: Option<WorkflowExecutionId>,
    /// How the person's part ended, under an older name (`transactionStatus`).
    pub transaction_status: Option<AcquisitionStatus>,
    /// The transaction under the older product's name (`jumioIdScanReference`).
    pub jumio_id_scan_reference: Option<WorkflowExecutionId>,
    /// How the person's part ended, under the older product's name (`idScanStatus`).
    pub id_scan_status: Option<AcquisitionStatus>,
}

impl WebRedirect {
    /// Reads a query, with or without its `?`. Never fails: what is missing is absent, what is not known is skipped.
    pub fn from_query(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let query = query.split('#').next().unwrap_or_default();
        Self::from_pairs(query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        }))
    }

    /// Reads decoded pairs, as web frameworks give them. Of a parameter that comes twice the first counts; an empty one is
    /// absent.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        fn first<T: for<'a> From<&'a str>>(slot: &mut Option<T>, value: &str) {
            if slot.is_none() {
                *slot = Some(T::from(value));
            }
        }
        let mut redirect = Self::default();
        for (name, value) in pairs {
            let value = value.as_ref();
            if value.is_empty() {
                continue;
            }
            match name.as_ref() {
                "accountId" => first(&mut redirect.account_id, value),
                "workflowExecutionId" => first(&mut redirect.workflow_execution_id, value),
                "customerInternalReference" => first(&mut redirect.customer_internal_reference, value),
                "acquisitionStatus" => first(&mut redirect.acquisition_status, value),
                "errorCode" => first(&mut redirect.error_code, value),
                "publicErrorCode" => first(&mut redirect.public_error_code, value),
                "transactionReference" => first(&mut redirect.transaction_reference, value),
                "transactionStatus" => first(&mut redirect.transaction_status, value),
                "jumioIdScanReference" => first(&mut redirect.jumio_id_scan_reference, value),
                "idScanStatus" => first(&mut redirect.id_scan_status, value),
                _ => {}
            }
        }
        redirect
    }

    /// The transaction, under whichever name it came.
    pub fn execution(&self) -> Option<&WorkflowExecutionId> {
        self.workflow_execution_id
            .as_ref()
            .or(self.transaction_reference.as_ref())
            .or(self.jumio_id_scan_reference.as_ref())
    }

    /// How the person's part ended, under whichever name it came.
    pub fn status(&self) -> Option<&AcquisitionStatus> {
        self.acquisition_status.as_ref().or(self.transaction_status.as_ref()).or(self.id_scan_status.as_ref())
    }

    /// Whether the images were taken. It says nothing of the result.
    pub fn is_success(&self) -> bool {
        self.status() == Some(&AcquisitionStatus::Success)
    }
}

impl fmt::Debug for WebRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebRedirect")
            .field("account_id", &self.account_id)
            .field("execution", &self.execution())
            .field("customer_internal_reference", &self.customer_internal_reference.as_deref().map(Silent))
            .field("status", &self.status())
            .field("error_code", &self.error_code)
            .field("public_error_code", &self.public_error_code)
            .finish()
    }
}

/// Takes the percent and plus signs out of a piece of a query. What is no valid escape stays as it is.
fn decode(piece: &str) -> String {
    let mut bytes = Vec::with_capacity(piece.len());
    let mut rest = piece.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
        match (byte, hex(after.first()), hex(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits are one byte.
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{WebRedirect, decode};

    #[test]
    fn either_variant_and_whatever_else() {
        let old = WebRedirect::from_query("?jumioIdScanReference=w&idScanStatus=SUCCESS&x=1&accountId=");
        assert_eq!((old.execution().unwrap().as_str(), old.is_success(), &old.account_id), ("w", true, &None));
        let twice = WebRedirect::from_query("acquisitionStatus=ERROR&acquisitionStatus=SUCCESS");
        assert!(!twice.is_success());
        let odd =
            WebRedirect::from_query("&&=&=x&acquisitionStatus&customerInternalReference=order%20no.+17%C3%A4#frag");
        assert_eq!(odd.customer_internal_reference.as_deref(), Some("order no. 17ä"));
        assert!(odd.status().is_none() && odd.execution().is_none());
        assert!(!format!("{odd:?}").contains("order"));
        let pairs = WebRedirect::from_pairs([("acquisitionStatus", "PAUSED")]);
        assert_eq!(pairs.status().unwrap().as_str(), "PAUSED");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for (piece, expected) in
            [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41%", "A%"), ("a%2", "a%2"), ("%+1", "% 1")]
        {
            assert_eq!(decode(piece), expected);
        }
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn no_query_is_too_odd(query in "\\PC{0,80}") {
            let _ = WebRedirect::from_query(&query);
        }
    }
}
