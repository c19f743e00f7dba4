//! Account create and update (protocol 3): each starts one transaction.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::table::Answer;
use super::{authorize, hrefs, reply};
use crate::clock::Moment;
use crate::credential::{Category, Credential};
use crate::plan::Plan;
use crate::problem::Refusal;
use crate::record::CallRecord;
use crate::rules::{self, Asked};
use crate::shared::Shared;
use crate::tokens::Claims;
use crate::transaction::{Order, Status, Transaction};
use crate::variants::{AccountReply, CreateStatus, CredentialOrder};

/// No documented request is nearly as long.
const LONGEST_BODY: usize = 1024 * 1024;

pub(super) async fn create(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let asked = asked(&call).await?;
    // behavior: create answers 200 as in the guide; two clients accept or expect 201 | protocol 3 | documented
    let status = match call.shared.settings.variants.create_status {
        CreateStatus::Ok => StatusCode::OK,
        CreateStatus::Created => StatusCode::CREATED,
    };
    start(&call, Uuid::new_v4().to_string(), asked, status)
}

pub(super) async fn update(call: Arc<Call>) -> Answer {
    authorize::access(&call)?;
    let account_id = call.parameter("accountId").to_owned();
    if !call.shared.has_account(&account_id) {
        // behavior: update of an unknown account is 404 | protocol 3 | documented
        return Err(Refusal::not_found("the account"));
    }
    let asked = asked(&call).await?;
    start(&call, account_id, asked, StatusCode::OK)
}

async fn asked(call: &Call) -> Result<Asked, Refusal> {
    if !call.content_is("application/json") {
        // behavior: an account call with another content type than JSON is 400 | protocol 2.4, 9.2 | inferred
        return Err(Refusal::bad_request("Content-Type must be application/json"));
    }
    let body = call.bytes(LONGEST_BODY).await?;
    // behavior: an account request that breaks a field rule is 400 with title and detail; the text names the field | protocol 9.1, 9.2 | inferred
    rules::account(&body, &call.shared.settings).map_err(Refusal::bad_request)
}

fn start(call: &Call, account_id: String, asked: Asked, status: StatusCode) -> Answer {
    let shared = &call.shared;
    let linked = linked(shared, &account_id, &asked.order)?;
    let made = shared.add(|number, now| {
        let mut made = transaction(call, number, account_id, asked, linked, now);
        made.calls.push(CallRecord { endpoint: call.endpoint.to_owned(), status: status.as_u16(), at: now.text() });
        made
    })?;
    call.set_recorded();
    Ok(reply::json(call, Some(&made), status, body(shared, &made)))
}

/// The credentials of the account that the order links, with what they hold.
// behavior: a linked credential must be one of this account, else 400 | protocol 3.2 | chosen
fn linked(shared: &Shared, account_id: &str, order: &Order) -> Result<Vec<Credential>, Refusal> {
    let wanted = order.credentials.iter().filter_map(|wanted| Some((wanted.existing.as_ref()?, wanted.category)));
    wanted
        .map(|(id, category)| {
            let owner = shared.execution_of_credential(id).and_then(|execution| shared.peek(&execution));
            owner
                .filter(|owner| owner.account_id == account_id)
                .and_then(|owner| owner.credential(id).filter(|found| found.category == category).cloned())
                .ok_or_else(|| Refusal::bad_request("workflowDefinition.credentials: the id is none of this account"))
        })
        .collect()
}

fn transaction(
    call: &Call,
    number: u64,
    account_id: String,
    asked: Asked,
    linked: Vec<Credential>,
    now: Moment,
) -> Transaction {
    let shared = &call.shared;
    let Asked { order, workflow, plan: mock, consent_is_missing } = asked;
    let execution_id = Uuid::new_v4().to_string();
    let credentials = order.credentials.iter().map(|wanted| {
        let slot = workflow.slot(wanted.category);
        Credential {
            id: wanted.existing.clone().unwrap_or_else(|| Uuid::new_v4().to_string()),
            category: wanted.category,
            label: wanted.label.clone(),
            required: slot.is_some_and(|slot| slot.required),
            channels: slot.map(|slot| slot.channels).unwrap_or_default(),
            country: wanted.country.clone(),
            kind: wanted.kind.clone(),
            parts: linked
                .iter()
                .find(|linked| Some(&linked.id) == wanted.existing.as_ref())
                .map(|linked| linked.parts.clone())
                .unwrap_or_default(),
        }
    });
    let credentials = credentials.collect();
    let (plan, timing) = planned(shared, &order, mock);
    let token_expires_at = now.after(order.token_lifetime);
    let token = shared.signer.transaction_token(&Claims {
        expires_at: token_expires_at.millis().to_string(),
        account_id: account_id.clone(),
        acquisition_id: execution_id.clone(),
        execution_id: execution_id.clone(),
        customer_reference: order.customer_internal_reference.clone(),
        customer_id: shared.customer_id.clone(),
        rotation: None,
    });
    Transaction {
        number,
        account_id,
        execution_id,
        token,
        order,
        timing,
        plan,
        origin: shared.sites.origin(call.header(&header::HOST), call.is_https()),
        status: Status::Initiated,
        created_at: now,
        token_expires_at,
        started_at: None,
        last_activity_at: None,
        processed_due: None,
        completed_at: None,
        wiped_at: None,
        deleted_at: None,
        credentials,
        consent_is_missing,
        assessment: None,
        notices: Vec::new(),
        calls: Vec::new(),
    }
}

/// What the scenarios that apply, and then the request itself, choose.
fn planned(shared: &Shared, order: &Order, mock: Option<Plan>) -> (Option<Box<Plan>>, crate::settings::Timing) {
    let settings = &shared.settings;
    let (mut plan, mut timing) = (Plan::default(), settings.timing);
    for scenario in settings.scenarios.iter().filter(|scenario| scenario.applies(order)) {
        scenario.lay(&mut plan, &mut timing, settings.variants);
    }
    if let Some(mock) = mock {
        plan.overlay(mock);
    }
    ((plan != Plan::default()).then(|| Box::new(plan)), timing)
}

/// The reply, with the members of the quickstart's sample.
// behavior: web.successUrl and web.errorUrl are in the reply only if they were sent | protocol 3.5 | documented
fn body(shared: &Shared, transaction: &Transaction) -> Value {
    let variants = transaction.variants(&shared.settings);
    let order = &transaction.order;
    let mut credentials: Vec<Value> = transaction
        .credentials
        .iter()
        .map(|credential| credential_body(shared, transaction, credential, variants.account_reply))
        .collect();
    if variants.credential_order == CredentialOrder::Reversed {
        credentials.reverse();
    }
    let mut reply = json!({
        "timestamp": transaction.created_at.text(),
        "account": { "id": transaction.account_id },
        "workflowExecution": { "id": transaction.execution_id, "credentials": credentials },
    });
    let Some(members) = reply.as_object_mut() else { return reply };
    let any = |of: fn(&Credential) -> bool| transaction.credentials.iter().any(of);
    // behavior: web and sdk are there only if a credential has that channel and the tenant allows it | protocol 3.5 | documented
    if variants.account_reply == AccountReply::Full && any(|credential| credential.channels.web) {
        let mut web = json!({ "href": hrefs::web(&shared.sites, transaction, variants.web_link) });
        for (name, url) in [("successUrl", &order.success_url), ("errorUrl", &order.error_url)] {
            if let (Some(url), Some(web)) = (url, web.as_object_mut()) {
                web.insert(name.to_owned(), json!(url));
            }
        }
        members.insert("web".to_owned(), web);
    }
    let has_sdk = matches!(variants.account_reply, AccountReply::Full | AccountReply::NoWeb);
    if has_sdk && any(|credential| credential.channels.sdk) {
        members.insert("sdk".to_owned(), json!({ "token": transaction.token }));
    }
    reply
}

// behavior: a credential has an api member only if API is among its channels; its parts have lower-case keys | protocol 3.5 | documented
fn credential_body(shared: &Shared, transaction: &Transaction, credential: &Credential, form: AccountReply) -> Value {
    let mut reply = json!({ "id": credential.id, "category": credential.category.text() });
    let Some(members) = reply.as_object_mut() else { return reply };
    if form != AccountReply::Minimal {
        members.insert("allowedChannels".to_owned(), json!(credential.channels.texts()));
        if let Some(label) = &credential.label {
            members.insert("label".to_owned(), json!(label));
        }
    }
    if credential.channels.api {
        let upload = hrefs::upload(&shared.sites, transaction, credential);
        let parts: Value = match credential.category {
            Category::Document => json!({ "document": upload }),
            other => other
                .classifiers()
                .iter()
                .map(|classifier| (classifier.to_lowercase(), json!(format!("{upload}/{classifier}"))))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        };
        let api = json!({
            "token": transaction.token,
            "parts": parts,
            "workflowExecution": hrefs::execution(&shared.sites, transaction),
        });
        members.insert("api".to_owned(), api);
    }
    reply
}
