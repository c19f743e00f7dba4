//! The OpenAPI 3.1 document: every call as an operation, read from the endpoints' own constants, and the callback as a
//! webhook.

use std::collections::BTreeMap;

use jumio_model::api::{
    CreateAccount, DeleteAccount, DeleteExecution, FetchToken, Finalize, GetDetails, GetDetailsByExecution, GetHealth,
    GetPart, GetReport, GetRules, GetStatus, GetSteps, PreparedData, ReplacePart, UpdateAccount, UploadDocument,
    UploadPart, UploadPreparedData,
};
use jumio_model::endpoint::{Access, Endpoint, Region, Role};
use jumio_model::{
    AccountReply, AccountRequest, Callback, FinalizeReply, HealthReply, ReportReply, RulesReply, StepsReply,
    TokenReply, UploadReply, WorkflowDetails, WorkflowStatusReply,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{payloads, tidy};

/// The whole document.
pub(crate) fn document() -> Value {
    let mut calls = Calls::new();
    calls.add::<FetchToken>(
        "An access token for the client's id and secret",
        Some(form()),
        Reply::json::<TokenReply>(),
    );
    calls.add::<CreateAccount>(
        "A new account with a new transaction",
        Some(json_body::<AccountRequest>()),
        Reply::json::<AccountReply>(),
    );
    calls.add::<UpdateAccount>(
        "A new transaction on an account",
        Some(json_body::<AccountRequest>()),
        Reply::json::<AccountReply>(),
    );
    calls.add::<UploadDocument>("One page or file of a document", Some(file()), Reply::perhaps::<UploadReply>());
    calls.add::<UploadPart>("A picture of an ID or a face", Some(file()), Reply::perhaps::<UploadReply>());
    calls.add::<ReplacePart>("Another picture in its place", Some(file()), Reply::perhaps::<UploadReply>());
    calls.add::<UploadPreparedData>(
        "What is known of the person",
        Some(json_body::<PreparedData>()),
        Reply::perhaps::<UploadReply>(),
    );
    calls.add::<Finalize>("Every part is in", Some(empty_object()), Reply::perhaps::<FinalizeReply>());
    calls.add::<GetStatus>("Where a transaction stands", None, Reply::json::<WorkflowStatusReply>());
    calls.add::<GetDetails>("The result of a transaction", None, Reply::json::<WorkflowDetails>());
    calls.add::<GetDetailsByExecution>(
        "The result of a transaction, without its account in the path",
        None,
        Reply::json::<WorkflowDetails>(),
    );
    calls.add::<GetSteps>("How each step of a transaction went", None, Reply::json::<StepsReply>());
    calls.add::<GetRules>("What the tenant's rules made of a transaction", None, Reply::json::<RulesReply>());
    calls.add::<GetReport>("Where the report of a transaction can be fetched", None, Reply::json::<ReportReply>());
    calls.add::<DeleteExecution>("The data of a transaction, erased", None, Reply::nothing());
    calls.add::<DeleteAccount>("The data of an account and of all its transactions, erased", None, Reply::nothing());
    calls.add::<GetPart>("The bytes of an uploaded part", None, Reply::bytes());
    calls.add::<GetHealth>("How Jumio's services are", None, Reply::json::<HealthReply>());
    calls.into_document()
}

/// A schema, once the generator has taken in its type.
type Build = fn(&mut SchemaGenerator) -> Value;

/// The body of a request, by media type.
struct Body(&'static str, Build);

fn json_body<T: JsonSchema>() -> Body {
    Body("application/json", |generator| generator.subschema_for::<T>().to_value())
}

fn empty_object() -> Body {
    Body("application/json", |_| json!({ "type": "object" }))
}

fn form() -> Body {
    Body("application/x-www-form-urlencoded", |_| {
        json!({
            "type": "object",
            "required": ["grant_type"],
            "properties": { "grant_type": { "type": "string", "const": "client_credentials" } },
        })
    })
}

fn file() -> Body {
    Body("multipart/form-data", |_| {
        json!({
            "type": "object",
            "required": ["file"],
            "properties": { "file": { "description": "JPEG, PNG or PDF.", "type": "string", "contentMediaType": "application/octet-stream" } },
        })
    })
}

/// What a call answers when it succeeds.
struct Reply {
    description: &'static str,
    media_type: &'static str,
    schema: Build,
}

impl Reply {
    fn json<T: JsonSchema>() -> Self {
        Self {
            description: "It worked.",
            media_type: "application/json",
            schema: |generator| generator.subschema_for::<T>().to_value(),
        }
    }

    fn perhaps<T: JsonSchema>() -> Self {
        Self { description: "It worked. The body may be empty.", ..Self::json::<T>() }
    }

    fn nothing() -> Self {
        Self {
            description: "It worked. The body says nothing, if there is one.",
            media_type: "*/*",
            schema: |_| json!({}),
        }
    }

    fn bytes() -> Self {
        Self { description: "The bytes, with a content type of their own.", media_type: "*/*", schema: |_| json!({}) }
    }
}

struct Calls {
    generator: SchemaGenerator,
    paths: BTreeMap<&'static str, Map<String, Value>>,
}

impl Calls {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self { generator: settings.into_generator(), paths: BTreeMap::new() }
    }

    fn add<E: Endpoint>(&mut self, summary: &str, body: Option<Body>, reply: Reply) {
        let mut operation = Map::new();
        let mut set = |name: &str, value: Value| drop(operation.insert(name.to_owned(), value));
        set("operationId", E::NAME.into());
        set("summary", summary.into());
        set("tags", json!([E::ROLE.name()]));
        set("servers", servers(E::ROLE));
        set("security", security(E::ACCESS));
        let parameters = parameters(E::PATH);
        if !parameters.is_empty() {
            set("parameters", Value::Array(parameters));
        }
        if let Some(Body(media_type, schema)) = body {
            let schema = schema(&mut self.generator);
            set("requestBody", json!({ "required": true, "content": { media_type: { "schema": schema } } }));
        }
        let schema = (reply.schema)(&mut self.generator);
        set(
            "responses",
            json!({
                "2XX": { "description": reply.description, "content": { reply.media_type: { "schema": schema } } },
                "default": { "$ref": "#/components/responses/Refused" },
            }),
        );
        self.paths.entry(E::PATH).or_default().insert(E::METHOD.as_str().to_ascii_lowercase(), operation.into());
    }

    fn into_document(mut self) -> Value {
        let callback = self.generator.subschema_for::<Callback>().to_value();
        let mut schemas: Map<String, Value> = self.generator.take_definitions(true).into_iter().collect();
        schemas.insert("Problem".to_owned(), payloads::problem());
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Jumio platform API, as jumio-model knows it",
                "summary": "Not Jumio's own document: put together from what Jumio publishes and what was seen.",
                "description": "Generated by `cargo xtask codegen` from the types and endpoints of jumio-model. Do not edit. \
                                Every list of values is open: what is known stands in `x-known-values`.",
                "version": env!("CARGO_PKG_VERSION"),
                "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": servers(Role::Account),
            "tags": Role::ALL.map(|role| json!({ "name": role.name(), "description": about(role) })),
            "paths": self.paths,
            "webhooks": {
                "callback": {
                    "post": {
                        "operationId": "callback",
                        "summary": "A transaction moved",
                        "description": "Unsigned, and without a decision: a hint to fetch the details.",
                        "security": [],
                        "requestBody": { "required": true, "content": { "application/json": { "schema": callback } } },
                        "responses": { "2XX": { "description": "Taken. The body is not read." } },
                    },
                },
            },
            "components": {
                "schemas": schemas,
                "responses": {
                    "Refused": {
                        "description": "Refused. The body may also be empty, plain text or a gateway's HTML page.",
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
                    },
                },
                "securitySchemes": {
                    "clientSecret": { "type": "http", "scheme": "basic", "description": "The client's id and secret." },
                    "accessToken": { "type": "http", "scheme": "bearer", "description": "The OAuth2 access token." },
                    "transactionToken": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "The token of the credential (`credentials[].api.token`). It cannot be refreshed.",
                    },
                },
            },
        });
        tidy::descriptions(&mut document);
        tidy::names(&mut document);
        tidy::sorted(document)
    }
}

/// The host of a role, in every region.
fn servers(role: Role) -> Value {
    let service = if role == Role::Health { "status" } else { role.name() };
    json!([{
        "url": format!("https://{service}.{{region}}.jumio.ai"),
        "variables": { "region": { "default": Region::Us.code(), "enum": Region::ALL.map(Region::code) } },
    }])
}

fn about(role: Role) -> &'static str {
    match role {
        Role::Auth => "Access tokens",
        Role::Account => "Accounts and transactions",
        Role::Api => "Uploads and finalize. These go to the URLs that the account reply names, verbatim",
        Role::Retrieval => "Status, details, parts",
        Role::Health => "Health",
        _ => "",
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::ClientSecret => json!([{ "clientSecret": [] }]),
        Access::AccessToken => json!([{ "accessToken": [] }]),
        Access::TransactionToken => json!([{ "transactionToken": [] }]),
        _ => json!([]),
    }
}

/// The arguments in a path template.
fn parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect()
}

#[cfg(test)]
mod tests {
    use jumio_model::endpoint::{Region, Role, Site, UserAgent};

    #[test]
    fn servers_are_where_the_calls_go() {
        for region in Region::ALL {
            let site = Site::region(region, UserAgent::new("Acme KYC/1.0").unwrap());
            for role in Role::ALL {
                let servers = super::servers(role);
                let url = servers[0]["url"].as_str().unwrap().replace("{region}", region.code());
                assert_eq!(url, site.base(role).to_string());
            }
        }
    }
}
