//! The callbacks (protocol 6): what Jumio's POST says, and sending it. When one is due is the timers' business.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};
use serde_json::{Value, json};

use crate::error::StartError;
use crate::routes::hrefs;
use crate::shared::Shared;
use crate::transaction::{Notice, Transaction};

/// The client that sends callbacks: it follows no redirect and looks at no proxy setting.
pub(crate) fn client(timeout: Duration) -> Result<Client, StartError> {
    if CryptoProvider::get_default().is_none() {
        // Fails only where somebody else chose one in between, which serves as well.
        let _ = ring::default_provider().install_default();
    }
    Client::builder()
        .user_agent(concat!("jumio-simulator/", env!("CARGO_PKG_VERSION"), " (SIMULATED)"))
        .redirect(Policy::none())
        .no_proxy()
        .timeout(timeout)
        .build()
        .map_err(StartError::Callbacks)
}

/// Sends what is still to be sent about this transaction, once, and writes down what came back.
pub(crate) async fn send(shared: Arc<Shared>, client: Client, transaction: Transaction) {
    let Some((index, notice)) = transaction.notices.iter().enumerate().find(|(_, notice)| notice.left > 0) else {
        return;
    };
    let Some(url) = &transaction.order.callback_url else { return };
    let request = client
        .post(url)
        .header("x-simulated", "SIMULATED")
        .header("content-type", "application/json")
        .body(payload(&shared, &transaction, notice).to_string());
    let answer = match request.send().await {
        Ok(response) => response.status().as_u16().to_string(),
        Err(error) if error.is_timeout() => "no answer in time".to_owned(),
        Err(error) if error.is_connect() => "no connection".to_owned(),
        Err(_) => "failed".to_owned(),
    };
    // Where the disk refuses it, it counts as not sent: it comes again after a restart, as Jumio's may.
    let _ = shared.landed(transaction.number, |transaction| {
        if let Some(notice) = transaction.notices.get_mut(index) {
            notice.left = notice.left.saturating_sub(1);
            notice.answers.push(answer);
        }
    });
}

// behavior: a callback has callbackSentAt, workflowExecution, account and, if sent, userReference; the href is the short one | protocol 6.2 | observed
/// The documented payload, with the short form of the execution's address that real callbacks have (protocol 6.2).
fn payload(shared: &Shared, transaction: &Transaction, notice: &Notice) -> Value {
    let mut payload = json!({
        "callbackSentAt": shared.now().text(),
        "workflowExecution": {
            "id": transaction.execution_id,
            "href": hrefs::execution_short(&shared.sites, transaction),
            "definitionKey": transaction.order.definition_key,
            "status": notice.status.text(),
        },
        "account": {
            "id": transaction.account_id,
            "href": hrefs::account(&shared.sites, transaction),
        },
    });
    if let (Some(user), Some(object)) = (&transaction.order.user_reference, payload.as_object_mut()) {
        object.insert("userReference".to_owned(), json!(user));
    }
    payload
}
