//! A tenant's backend, as far as the pages need one: it starts transactions and asks how they stand. Requests and replies
//! are plain JSON; nothing of the project's own types is between.

use jumio_simulator::Simulator;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// A backend that is signed in.
pub struct Tenant {
    http: Client,
    base: String,
    token: String,
}

/// A transaction as its account reply tells it.
#[non_exhaustive]
pub struct Started {
    /// The account.
    pub account: String,
    /// The workflow execution.
    pub execution: String,
    /// The hosted page.
    pub web: String,
    /// The whole reply.
    pub reply: Value,
}

/// The account request of the quickstart.
pub fn doc_proof(document_type: &str) -> Value {
    json!({
        "customerInternalReference": "order no. 17",
        "workflowDefinition": {
            "key": 10170,
            "credentials": [{
                "category": "DOCUMENT",
                "country": { "predefinedType": "DEFINED", "values": ["USA"] },
                "type": { "predefinedType": "DEFINED", "values": [document_type] },
            }],
        },
    })
}

impl Tenant {
    /// Signs in.
    pub async fn of(simulator: &Simulator) -> Self {
        crate::name_cryptography();
        let http = Client::builder().user_agent("Acme KYC/1.0").build().expect("a client");
        let base = simulator.base_url().to_owned();
        let call = http
            .post(format!("{base}/oauth2/token"))
            .basic_auth(simulator.client_id(), Some(simulator.client_secret()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let token = answer(call).await["access_token"].as_str().expect("a token").to_owned();
        Self { http, base, token }
    }

    /// Starts a transaction.
    pub async fn start(&self, order: &Value) -> Started {
        let call = self.http.post(format!("{}/api/v1/accounts", self.base)).bearer_auth(&self.token).json(order);
        let reply = answer(call).await;
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Started {
            account: text(&reply["account"]["id"]),
            execution: text(&reply["workflowExecution"]["id"]),
            web: text(&reply["web"]["href"]),
            reply,
        }
    }

    /// The transaction's status.
    pub async fn status(&self, started: &Started) -> String {
        let url = format!("{}/workflow-executions/{}/status", self.account_url(started), started.execution);
        let reply = answer(self.http.get(url).bearer_auth(&self.token)).await;
        reply["workflowExecution"]["status"].as_str().expect("a status").to_owned()
    }

    /// The transaction's details.
    pub async fn details(&self, started: &Started) -> Value {
        let url = format!("{}/workflow-executions/{}", self.account_url(started), started.execution);
        answer(self.http.get(url).bearer_auth(&self.token)).await
    }

    /// A call to the simulator's control API that needs no body.
    pub async fn control(&self, path: &str) -> Value {
        answer(self.http.post(format!("{}/_sim/{path}", self.base))).await
    }

    /// The bytes of an uploaded part, and of which type they are.
    pub async fn part(&self, started: &Started, category: &str, classifier: &str) -> (String, Vec<u8>) {
        let credential = self.credential(started, category);
        let url = format!("{}/credentials/{credential}/parts/{classifier}", self.account_url(started));
        let reply = self.http.get(url).bearer_auth(&self.token).send().await.expect("a reply");
        let reply = reply.error_for_status().expect("the part");
        let kind = reply.headers()["content-type"].to_str().expect("a type").to_owned();
        (kind, reply.bytes().await.expect("the bytes").to_vec())
    }

    fn credential<'s>(&self, started: &'s Started, category: &str) -> &'s str {
        let credentials = started.reply["workflowExecution"]["credentials"].as_array().expect("credentials");
        let found = credentials.iter().find(|credential| credential["category"] == category);
        found.expect("the credential")["id"].as_str().expect("an id")
    }

    fn account_url(&self, started: &Started) -> String {
        format!("{}/api/v1/accounts/{}", self.base, started.account)
    }
}

async fn answer(call: RequestBuilder) -> Value {
    let reply = call.send().await.expect("a reply");
    let status = reply.status();
    let body = reply.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).expect("JSON")
}
