//! The callbacks (protocol 6): what Jumio's POST says, and sending one that is due. Which there are is the plan's business,
//! when one is due the timers'.

mod notice;
mod plan;
mod sender;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::routes::hrefs;
use crate::shared::Shared;
use crate::transaction::Transaction;

pub(crate) use notice::{Attempt, Notice};
pub(crate) use plan::Report;
pub use plan::{CallbackHref, CallbackOrder, CallbackStatuses, Callbacks};
pub(crate) use sender::Sender;

/// Sends the callback of this transaction that is due first, and writes down what came back.
pub(crate) async fn send(shared: Arc<Shared>, transaction: Transaction) {
    let due =
        transaction.notices.iter().enumerate().filter_map(|(index, notice)| Some((notice.next()?, index, notice)));
    let Some((_, index, notice)) = due.min_by_key(|(due, index, _)| (*due, *index)) else {
        return;
    };
    let Some(url) = &transaction.order.callback_url else { return };
    let plan = &shared.settings.callbacks;
    let body = payload(&shared, &transaction, notice).to_string();
    let outcome = shared.sender.post(url, plan.source, body).await;
    let attempt = Attempt { at: shared.now(), answer: outcome.answer, body: outcome.body };
    // Where the disk refuses it, it counts as not sent: it comes again after a restart, as Jumio's may.
    let _ = shared.landed(transaction.number, |transaction| {
        if let Some(notice) = transaction.notices.get_mut(index) {
            notice.attempted(attempt, outcome.succeeded, &plan.retry);
        }
    });
}

/// The documented payload (protocol 6.2).
// behavior: a callback has callbackSentAt, workflowExecution, account and, if sent, userReference; the href is the short one | protocol 6.2 | observed
fn payload(shared: &Shared, transaction: &Transaction, notice: &Notice) -> Value {
    let sites = &shared.sites;
    let href = match notice.href {
        CallbackHref::Short => hrefs::execution_short(sites, transaction),
        CallbackHref::Long => hrefs::execution_long(sites, transaction),
    };
    let mut payload = json!({
        "callbackSentAt": shared.now().text(),
        "workflowExecution": {
            "id": transaction.execution_id,
            "href": href,
            "definitionKey": transaction.order.definition_key,
            "status": notice.status,
        },
        "account": {
            "id": transaction.account_id,
            "href": hrefs::account(sites, transaction),
        },
    });
    if let (Some(user), Some(object)) = (&transaction.order.user_reference, payload.as_object_mut()) {
        object.insert("userReference".to_owned(), json!(user));
    }
    payload
}
