//! Account create and update (protocol 3): each starts one transaction.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs};
use crate::clock::Moment;
use crate::problem::Refusal;
use crate::record::CallRecord;
use crate::rules;
use crate::shared::Shared;
use crate::tokens::Claims;
use crate::transaction::{Category, Credential, Order, Status, Transaction};

/// No documented request is nearly as long.
const LONGEST_BODY: usize = 1024 * 1024;

/// The guide prints 200 for create, two clients expect or accept 201 (protocol 3). Chosen: 200, the documented one.
const SUCCESS: StatusCode = StatusCode::OK;

pub(super) async fn create(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let order = order(&call).await?;
    start(&call, Uuid::new_v4().to_string(), order)
}

pub(super) async fn update(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let account_id = call.parameter("accountId").to_owned();
    if !call.shared.has_account(&account_id) {
        return Err(Refusal::not_found("the account"));
    }
    let order = order(&call).await?;
    start(&call, account_id, order)
}

async fn order(call: &Call) -> Result<Order, Refusal> {
    if !call.content_is("application/json") {
        return Err(Refusal::bad_request("Content-Type must be application/json"));
    }
    let body = call.bytes(LONGEST_BODY).await?;
    rules::account(&body).map_err(Refusal::bad_request)
}

fn start(call: &Call, account_id: String, order: Order) -> Answer {
    let shared = &call.shared;
    let made = shared.add(|number, now| {
        let mut made = transaction(shared, number, account_id, order, now);
        made.calls.push(CallRecord { endpoint: call.endpoint.to_owned(), status: SUCCESS.as_u16(), at: now.text() });
        made
    })?;
    call.set_recorded();
    Ok((SUCCESS, Json(reply(shared, &made))).into_response())
}

fn transaction(shared: &Shared, number: u64, account_id: String, order: Order, now: Moment) -> Transaction {
    let id = || Uuid::new_v4().to_string();
    let credential = |category, label| Credential { id: id(), category, label, parts: Vec::new() };
    // 10170 returns DATA first (protocol 3.5): a client must pick by category.
    let credentials = vec![
        credential(Category::Data, order.data_label.clone()),
        credential(Category::Document, order.document_label.clone()),
    ];
    let execution_id = id();
    let token_expires_at = now.after(order.token_lifetime);
    let token = shared.signer.transaction_token(&Claims {
        expires_at: token_expires_at.millis().to_string(),
        account_id: account_id.clone(),
        acquisition_id: execution_id.clone(),
        execution_id: execution_id.clone(),
        customer_reference: order.customer_internal_reference.clone(),
        customer_id: shared.customer_id.clone(),
    });
    Transaction {
        number,
        account_id,
        execution_id,
        token,
        order,
        status: Status::Initiated,
        created_at: now,
        token_expires_at,
        started_at: None,
        last_activity_at: None,
        processed_due: None,
        completed_at: None,
        credentials,
        notices: Vec::new(),
        calls: Vec::new(),
    }
}

/// The reply, with the members of the quickstart's sample; the redirect URLs only if there are any (protocol 3.5).
fn reply(shared: &Shared, transaction: &Transaction) -> Value {
    let base = &shared.base_url;
    let mut web = json!({ "href": hrefs::web(base, transaction) });
    let order = &transaction.order;
    for (name, url) in [("successUrl", &order.success_url), ("errorUrl", &order.error_url)] {
        if let (Some(url), Some(web)) = (url, web.as_object_mut()) {
            web.insert(name.to_owned(), json!(url));
        }
    }
    let credentials: Vec<Value> =
        transaction.credentials.iter().map(|credential| credential_reply(base, transaction, credential)).collect();
    json!({
        "timestamp": transaction.created_at.text(),
        "account": { "id": transaction.account_id },
        "web": web,
        "sdk": { "token": transaction.token },
        "workflowExecution": { "id": transaction.execution_id, "credentials": credentials },
    })
}

fn credential_reply(base: &str, transaction: &Transaction, credential: &Credential) -> Value {
    let upload = hrefs::upload(base, transaction, credential);
    let (channels, parts) = match credential.category {
        Category::Data => (json!(["API"]), json!({ "prepared_data": format!("{upload}/PREPARED_DATA") })),
        Category::Document => (json!(["WEB", "API", "SDK"]), json!({ "document": upload })),
    };
    let mut reply = json!({
        "id": credential.id,
        "category": credential.category.text(),
        "allowedChannels": channels,
        "api": {
            "token": transaction.token,
            "parts": parts,
            "workflowExecution": hrefs::execution(base, transaction),
        },
    });
    if let (Some(label), Some(object)) = (&credential.label, reply.as_object_mut()) {
        object.insert("label".to_owned(), json!(label));
    }
    reply
}
