//! What the hosted page posts to the page around it, when it stands in an iframe (protocol 10.3).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Flag, Integer, Object, Text};
use crate::redact::Silent;
use crate::vocabulary::{IframeEvent, PublicErrorCode, WebErrorCode};
use crate::{Raw, ReadError, Timestamp, TransactionToken, WorkflowExecutionId};

/// One message of the hosted page to the page around it (protocol 10.3). Forgeable like the redirect; besides, any page
/// can post to yours, so look at the event's origin first: it must end with `.jumio.ai`.
///
/// There are two variants: the documented one, and what today's client posts, which has the older product's names as well and
/// always a meta information. How sure: the first from two pages, the second from the client's own code (version 0.4.0).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct IframeMessage {
    /// The token of the transaction. A secret.
    #[serde_as(deserialize_as = "Text")]
    pub authorization_token: Option<TransactionToken>,
    /// What kind of message: 510, a change of state, is the only one that was ever seen.
    #[serde_as(deserialize_as = "Integer")]
    pub event_type: Option<i64>,
    /// When it was posted.
    #[serde_as(deserialize_as = "Text")]
    pub date_time: Option<Timestamp>,
    /// The transaction.
    #[serde_as(deserialize_as = "Text")]
    pub workflow_execution_id: Option<WorkflowExecutionId>,
    /// Documented as the account. Today's client puts the transaction's id here, so it is a text and no account's id.
    #[serde_as(deserialize_as = "Text")]
    pub account_id: Option<String>,
    /// The caller's reference of the transaction, echoed; may be an empty text.
    #[serde_as(deserialize_as = "Text")]
    pub customer_internal_reference: Option<String>,
    /// The transaction under an older name.
    #[serde_as(deserialize_as = "Text")]
    pub transaction_reference: Option<WorkflowExecutionId>,
    /// The transaction under the older product's name.
    #[serde_as(deserialize_as = "Text")]
    pub jumio_id_scan_reference: Option<WorkflowExecutionId>,
    /// What happened.
    #[serde_as(deserialize_as = "Object")]
    pub payload: Option<IframePayload>,
}

impl IframeMessage {
    /// Reads `event.data`, which is a JSON *text*: pass the text itself, or the JSON string that holds it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where it is no JSON object. Other frames post other things: such a message is not for you.
    ///
    /// ```
    /// use jumio_model::IframeMessage;
    /// use jumio_model::vocabulary::IframeEvent;
    ///
    /// let message = IframeMessage::read(r#"{"eventType":510,"payload":{"value":"success"}}"#)?;
    /// assert_eq!(message.event(), Some(&IframeEvent::Success));
    /// # Ok::<(), jumio_model::ReadError>(())
    /// ```
    #[inline]
    pub fn read(data: &str) -> Result<Raw<Self>, ReadError> {
        if data.trim_start().starts_with('"') {
            return Raw::read(&crate::from_slice::<String>(data.as_bytes())?);
        }
        Raw::read(data)
    }

    /// What happened.
    pub fn event(&self) -> Option<&IframeEvent> {
        self.payload.as_ref()?.value.as_ref()
    }

    /// The transaction, under whichever name it came.
    pub fn execution(&self) -> Option<&WorkflowExecutionId> {
        self.workflow_execution_id
            .as_ref()
            .or(self.transaction_reference.as_ref())
            .or(self.jumio_id_scan_reference.as_ref())
    }
}

impl fmt::Debug for IframeMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IframeMessage")
            .field("authorization_token", &self.authorization_token)
            .field("event_type", &self.event_type)
            .field("date_time", &self.date_time)
            .field("execution", &self.execution())
            .field("account_id", &self.account_id.as_deref().map(Silent))
            .field("customer_internal_reference", &self.customer_internal_reference.as_deref().map(Silent))
            .field("payload", &self.payload)
            .finish()
    }
}

/// What happened (`payload`, protocol 10.3).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default)]
#[non_exhaustive]
pub struct IframePayload {
    /// `loaded`, `success` or `error`.
    #[serde_as(deserialize_as = "Text")]
    pub value: Option<IframeEvent>,
    /// More about it: documented for errors alone, always there in today's client.
    #[serde_as(deserialize_as = "Object")]
    pub metainfo: Option<IframeMetaInfo>,
}

/// More about what happened (`payload.metainfo`, protocol 10.3). How sure: `code` is documented, the others were read
/// out of the client's code, and their meaning off their names.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct IframeMetaInfo {
    /// `original`, as far as is known.
    #[serde_as(deserialize_as = "Text")]
    pub mode: Option<String>,
    /// What went wrong. Whether it is a number or a text is not documented; it is read from either and written as a text.
    #[serde_as(deserialize_as = "Text")]
    pub code: Option<WebErrorCode>,
    /// What went wrong, as told to others.
    #[serde_as(deserialize_as = "Text")]
    pub code_external: Option<WebErrorCode>,
    /// What went wrong, as shown to the person.
    #[serde_as(deserialize_as = "Text")]
    pub public_error_code: Option<PublicErrorCode>,
    /// Whether the person may try again.
    #[serde_as(deserialize_as = "Flag")]
    pub retriable: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::IframeMessage;

    #[test]
    fn text_or_text_in_a_string() {
        let text = r#"{"payload":{"value":"error","metainfo":{"code":9800,"retriable":"true"}}}"#;
        for data in [text.to_owned(), serde_json::to_string(text).unwrap()] {
            let message = IframeMessage::read(&data).unwrap();
            let info = message.payload.as_ref().unwrap().metainfo.as_ref().unwrap();
            assert_eq!((info.code.as_ref().unwrap().as_str(), info.retriable), ("9800", Some(true)));
            assert_eq!(message.text(), text);
        }
        for bad in ["", "hello", "\"hello\"", "7"] {
            assert!(IframeMessage::read(bad).is_err(), "{bad}");
        }
    }
}
