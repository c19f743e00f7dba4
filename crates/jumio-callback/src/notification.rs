//! A callback as it is handed on, and how one is read from a body that anybody may have written.

mod members;

use std::fmt;

use jumio_model::{AccountId, Timestamp, WorkflowExecutionId, WorkflowStatus};

use members::{Members, Text};

/// Far more than an id, a status or a time has; what is longer was not written by Jumio.
const LONGEST_TEXT: usize = 100;

/// Somebody says that a transaction moved. Never a result: fetch the details.
#[derive(Clone)]
#[non_exhaustive]
pub struct Notification {
    /// The key in the URL that was called, if it had one. A secret.
    pub key: Option<Box<str>>,
    /// To which attempt at the account call that key belongs, from 1: the number behind it, as in `…/KEY.2`. `None` without
    /// a key.
    pub attempt: Option<u32>,
    /// The account, if it was named.
    pub account: Option<AccountId>,
    /// The transaction. `None` only with a key, which says by itself whom it is for.
    pub execution: Option<WorkflowExecutionId>,
    /// Where it stands, they say.
    pub status: Option<WorkflowStatus>,
    /// When they say that it was sent.
    pub sent_at: Option<Timestamp>,
    /// Everything that came, as it came. `None` where it was dropped because the sink
    /// [does without](crate::Sink::wants_body).
    pub body: Option<Box<str>>,
}

impl Notification {
    /// Reads a body. Without a key the transaction's id must be there: a member that is missing, unknown or of another kind
    /// than documented costs nothing but itself. The [`body`](Self::body) is not in it yet.
    pub(crate) fn read(key: Option<(&str, u32)>, body: &str) -> Option<Self> {
        let members: Members<'_> = serde_json::from_str(body).ok()?;
        let notification = Self {
            key: key.map(|(key, _)| key.into()),
            attempt: key.map(|(_, attempt)| attempt),
            account: plain(&members.account.id).map(AccountId::from),
            execution: plain(&members.execution.id).map(WorkflowExecutionId::from),
            status: plain(&members.execution.status).map(WorkflowStatus::from),
            sent_at: plain(&members.sent_at).map(Timestamp::from),
            body: None,
        };
        (notification.key.is_some() || notification.execution.is_some()).then_some(notification)
    }

    /// What makes it the same callback as another: transaction, status and the time it was sent (protocol 6.4). Contains
    /// nothing personal.
    ///
    /// ```
    /// # use std::sync::Mutex;
    /// # use jumio_callback::{Accepted, Knock, Notification, Receiver, Sink, SinkError};
    /// # struct Print;
    /// # #[async_trait::async_trait]
    /// # impl Sink for Print {
    /// #     async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
    /// assert_eq!(notification.identity(), "w PROCESSED 2026-01-02T03:14:05.000Z");
    /// #         Ok(Accepted::New)
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let body = br#"{"callbackSentAt":"2026-01-02T03:14:05.000Z","workflowExecution":{"id":"w","status":"PROCESSED"}}"#;
    /// # let knock = Knock::new(body).with_key(Some("5ecre7"));
    /// # assert_eq!(Receiver::new(Print).receive(knock).await, jumio_callback::Answer::Stored);
    /// # }
    /// ```
    pub fn identity(&self) -> String {
        let execution = self.execution.as_ref().map_or("-", WorkflowExecutionId::as_str);
        let status = self.status.as_ref().map_or("-", |status| status.as_str());
        let sent_at = self.sent_at.as_ref().map_or("-", Timestamp::as_str);
        format!("{execution} {status} {sent_at}")
    }
}

/// Fit to be stored, compared and logged: no blank, no control character, not empty, not long.
fn plain<'a>(text: &'a Text<'_>) -> Option<&'a str> {
    let is_plain =
        |text: &&str| (1..=LONGEST_TEXT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    text.0.as_deref().filter(is_plain)
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("key", &self.key.as_ref().map(|_| "…"))
            .field("execution", &self.execution)
            .field("status", &self.status)
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}
