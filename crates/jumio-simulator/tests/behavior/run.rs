//! A whole run of any workflow by hand-written bytes: account call, uploads to whatever the reply names, finalize.

use jumio_simulator::{Builder, Scenario, Simulator};
use serde_json::{Value, json};

use crate::client::{Client, FORM, JPEG, JSON, PDF, Reply, call, form};
use crate::{PROCESSING, sign_in, start};

/// Where the scenarios lie.
pub(crate) const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scenarios");

/// A builder that plays these scenario files.
pub(crate) fn playing(files: &[&str]) -> Builder {
    files.iter().fold(Simulator::builder(), |builder, file| {
        builder.scenario(Scenario::load(format!("{SCENARIOS}/{file}.toml")).unwrap())
    })
}

/// A transaction of any workflow.
pub(crate) struct Run {
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
    pub(crate) account: Value,
}

/// A request for this workflow with these credentials, and with the consent that an ID or a face needs.
pub(crate) fn asking(key: &str, credentials: &Value) -> Value {
    json!({
        "customerInternalReference": "transaction_1234",
        "userReference": "user_1",
        "userConsent": { "userIp": "192.0.2.1", "userLocation": { "country": "DEU" } },
        "workflowDefinition": { "key": key, "credentials": credentials },
    })
}

/// A DOCUMENT of this type.
pub(crate) fn document(kind: &str) -> Value {
    json!({ "category": "DOCUMENT", "country": { "values": ["USA"] }, "type": { "values": [kind] } })
}

impl Run {
    /// Starts a transaction; nothing is uploaded yet.
    pub(crate) async fn start(builder: Builder, order: &Value) -> Self {
        let (simulator, client) = start(builder).await;
        let reply = client.post_account(order);
        assert!(reply.status == 200 || reply.status == 201, "{}", reply.text());
        Self { account: reply.json(), simulator, client }
    }

    /// The same, handed in over the API and processed.
    pub(crate) async fn done(builder: Builder, order: &Value) -> Self {
        let run = Self::start(builder, order).await;
        run.upload_all();
        assert_eq!(run.finalize().status, 200);
        run.simulator.advance(PROCESSING).unwrap();
        run
    }

    /// The same, handed in by a person whom the scenario plays.
    pub(crate) async fn by_person(builder: Builder, order: &Value) -> Self {
        let mut run = Self::start(builder, order).await;
        run.simulator.advance(PROCESSING * 2).unwrap();
        run.client = sign_in(&run.simulator);
        run
    }

    pub(crate) fn account_id(&self) -> &str {
        self.account["account"]["id"].as_str().unwrap()
    }

    pub(crate) fn execution(&self) -> String {
        let execution = self.account["workflowExecution"]["id"].as_str().unwrap();
        format!("/api/v1/accounts/{}/workflow-executions/{execution}", self.account_id())
    }

    /// The credentials with an API channel.
    fn api(&self) -> impl Iterator<Item = &Value> {
        let credentials = self.account["workflowExecution"]["credentials"].as_array().unwrap();
        credentials.iter().filter(|credential| credential.get("api").is_some())
    }

    pub(crate) fn bearer(&self) -> String {
        let token = self.api().next().unwrap()["api"]["token"].as_str().unwrap();
        format!("Authorization: Bearer {token}")
    }

    /// One upload for each part that a reply names, in the order of the reply.
    pub(crate) fn upload_all(&self) -> Vec<Reply> {
        let parts = self.api().flat_map(|credential| credential["api"]["parts"].as_object().unwrap());
        let url = |value: &Value| value.as_str().unwrap().to_owned();
        parts.map(|(name, value)| self.upload(name, &url(value), "page.bin")).collect()
    }

    pub(crate) fn upload(&self, name: &str, url: &str, file_name: &str) -> Reply {
        let bearer = self.bearer();
        let reply = match name {
            "prepared_data" => {
                let data = json!({ "firstName": "Jane", "email": "jane@example.com" }).to_string();
                call(&self.client.base, "POST", url, &[&bearer, JSON], data.as_bytes())
            }
            _ => {
                let content = if name == "document" { PDF } else { JPEG };
                let body = String::from_utf8_lossy(&form("file", b"@")).replace("page.bin", file_name);
                let (head, tail) = body.split_once('@').unwrap();
                let body = [head.as_bytes(), content, tail.as_bytes()].concat();
                call(&self.client.base, "POST", url, &[&bearer, FORM], &body)
            }
        };
        assert!(reply.status == 200 || reply.status == 201, "{name}: {}", reply.text());
        reply
    }

    pub(crate) fn finalize(&self) -> Reply {
        call(&self.client.base, "PUT", &self.execution(), &[&self.bearer()], b"")
    }

    pub(crate) fn get(&self, below: &str) -> Reply {
        self.client.get(&format!("{}{below}", self.execution()))
    }

    pub(crate) fn details(&self) -> Value {
        let reply = self.get("");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }
}
