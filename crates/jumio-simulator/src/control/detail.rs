//! Everything about one transaction, for whoever looks at it: the record that the list has, and what lies behind it. No
//! token and no content is in it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::callbacks::{CallbackHref, Notice};
use crate::clock::Moment;
use crate::credential::Credential;
use crate::log::mask_url;
use crate::record::TransactionRecord;
use crate::shared::Shared;
use crate::transaction::{SESSION, Status, Transaction};

/// One transaction, whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(flatten)]
    record: TransactionRecord,
    definition_key: String,
    /// Now, by the simulator's clock.
    now: String,
    created_at: String,
    started_at: Option<String>,
    completed_at: Option<String>,
    /// When it moves by itself, if it does.
    next_move_at: Option<String>,
    token: Token,
    /// With the values of its query hidden.
    callback_url: Option<String>,
    /// The same callbacks as in the record, with each attempt.
    deliveries: Vec<Delivery>,
    credentials: Vec<Value>,
}

/// The transaction token, without the token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    /// When it ends, if nothing is uploaded before.
    expires_at: String,
    /// The end of the session that uploads extend, once it has begun.
    session_ends_at: Option<String>,
    /// What is left, in seconds: of the session where one has begun, else of the token; 0 once the transaction is over.
    remaining_seconds: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    /// Counts the transaction's callbacks, from 1.
    number: usize,
    status: String,
    href: CallbackHref,
    /// When it is to be sent next.
    next_at: Option<String>,
    left: u32,
    lost: bool,
    attempts: Vec<Attempt>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    at: String,
    /// A status code, or why there was none.
    answer: String,
    /// The beginning of what the receiver said.
    body: Option<String>,
}

impl Detail {
    pub(super) fn of(shared: &Shared, transaction: &Transaction) -> Self {
        let now = shared.now();
        let text = |moment: Option<Moment>| moment.map(Moment::text);
        Self {
            record: TransactionRecord::of(transaction),
            definition_key: transaction.order.definition_key.clone(),
            now: now.text(),
            created_at: transaction.created_at.text(),
            started_at: text(transaction.started_at),
            completed_at: text(transaction.completed_at),
            next_move_at: text(transaction.due()),
            token: Token::of(transaction, now),
            callback_url: transaction.order.callback_url.as_deref().map(mask_url),
            deliveries: transaction.notices.iter().enumerate().map(Delivery::of).collect(),
            credentials: transaction.credentials.iter().map(credential).collect(),
        }
    }
}

impl Token {
    fn of(transaction: &Transaction, now: Moment) -> Self {
        let session = transaction.last_activity_at.map(|at| at.after(SESSION));
        let end = match transaction.status {
            Status::Initiated => Some(transaction.token_expires_at),
            Status::AcquisitionStarted => session,
            _ => None,
        };
        Self {
            expires_at: transaction.token_expires_at.text(),
            session_ends_at: session.map(Moment::text),
            remaining_seconds: end.map_or(0, |end| now.until(end).as_secs()),
        }
    }
}

impl Delivery {
    fn of((index, notice): (usize, &Notice)) -> Self {
        let attempts = notice.attempts.iter().map(|attempt| Attempt {
            at: attempt.at.text(),
            answer: attempt.answer.clone(),
            body: attempt.body.clone(),
        });
        Self {
            number: index + 1,
            status: notice.status.clone(),
            href: notice.href,
            next_at: notice.next().map(Moment::text),
            left: notice.left,
            lost: notice.lost,
            attempts: attempts.collect(),
        }
    }
}

fn credential(credential: &Credential) -> Value {
    let parts = credential.parts.iter().map(|part| {
        json!({
            "id": part.id,
            "classifier": part.classifier,
            "contentType": part.media.content_type(),
            "size": part.size,
        })
    });
    json!({
        "id": credential.id,
        "category": credential.category.text(),
        "parts": parts.collect::<Vec<_>>(),
    })
}
