//! JSON Schema of the types that are one piece of text or free JSON on the wire. Structs derive theirs.
//!
//! A list of values is never closed: a schema that said `enum` would refuse the values that Jumio adds tomorrow. What is
//! known stands in `x-known-values`, and a few of them in `examples`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::account::reply::PartLinks;
use crate::account::request::CallbackUrl;
use crate::api::PreparedData;
use crate::decision::RiskScore;
use crate::{
    AccountId, CredentialId, CustomerInternalReference, SdkToken, Timestamp, TokenLifetime, TransactionToken,
    UserReference, WebLink, WorkflowExecutionId, WorkflowKey,
};

/// How many known values are shown as examples. All of them are in `x-known-values`.
const EXAMPLES: usize = 3;

/// The schema of an open list, from its known values and their English names.
pub(crate) fn open_list_schema<'a>(
    description: &str,
    known: impl Iterator<Item = (&'a str, Option<&'a str>)>,
) -> Schema {
    let known: Vec<(&str, Option<&str>)> = known.collect();
    let values: Vec<&str> = known.iter().map(|(value, _)| *value).collect();
    let examples: Vec<&str> = values.iter().take(EXAMPLES).copied().collect();
    let names: Map<String, Value> =
        known.iter().filter_map(|(value, name)| Some(((*value).to_owned(), Value::from((*name)?)))).collect();
    let mut schema = json_schema!({
        "description": description,
        "type": "string",
        "examples": examples,
        "x-known-values": values,
    });
    if !names.is_empty() {
        schema.insert("x-known-names".to_owned(), Value::Object(names));
    }
    schema
}

/// The schema of a generated vocabulary.
macro_rules! open_list {
    ($name:ident, $known:expr) => {
        impl $name {
            fn known_values() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
                $known
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::schema::open_list_schema("Open: other values may come, and are no error.", Self::known_values())
            }
        }
    };
}

pub(crate) use open_list;

/// Writes `JsonSchema` for types without fields: `Type = { json schema };`.
macro_rules! schemas {
    ( $( $name:ident = $schema:tt; )+ ) => { $(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+ };
}

schemas! {
    AccountId = { "description": "A person's account at Jumio. A UUID; treat it as opaque.", "type": "string" };
    WorkflowExecutionId = { "description": "One transaction. A UUID; treat it as opaque.", "type": "string" };
    CredentialId = { "description": "One credential of a transaction. A UUID; treat it as opaque.", "type": "string" };
    TransactionToken = {
        "description": "The token of one transaction, for upload and finalize. A secret. It cannot be refreshed.",
        "type": "string",
        "x-secret": true
    };
    SdkToken = {
        "description": "The token with which a mobile or web SDK runs the transaction. A secret.",
        "type": "string",
        "x-secret": true
    };
    WebLink = {
        "description": "The link of the hosted page. The whole link is a secret; use it verbatim.",
        "type": "string",
        "x-secret": true
    };
    Timestamp = {
        "description": "A point in time, UTC, with three fraction digits as a rule.",
        "type": "string",
        "examples": ["2025-06-17T08:35:55.121Z"]
    };
    CustomerInternalReference = {
        "description": "The caller's reference of the transaction. It must not name a person.",
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "pattern": "^[^<>\"/;`%{}|]*$"
    };
    UserReference = {
        "description": "The caller's reference of the person. It must not name them.",
        "type": "string",
        "minLength": 1,
        "maxLength": 100,
        "pattern": "^[^<>\"/;`%{}|]*$"
    };
    CallbackUrl = {
        "description": "Where Jumio reports the end of a transaction: https, a host name, no port, no fragment, none of the \
                        query parameters that Jumio reserves.",
        "type": "string",
        "format": "uri",
        "minLength": 1,
        "maxLength": 255
    };
    TokenLifetime = {
        "description": "A number and one of s, m, h, d: from 5 minutes to 60 days. 30 minutes by default.",
        "type": "string",
        "pattern": "^([+-]?\\d+)([smhd]{1})$",
        "examples": ["30m", "2h"]
    };
    WorkflowKey = {
        "description": "The workflow. Printed as a number in documents and as a string in live clients; both are accepted.",
        "type": ["integer", "string"],
        "examples": [10170, "10170"]
    };
    RiskScore = {
        "description": "0 to 100, or -1 where nothing ran.",
        "type": "number",
        "examples": [0.0, 50, -1.0]
    };
    PartLinks = {
        "description": "Part name, in lower case, to URL: flat, or nested by page, or empty.",
        "type": "object",
        "additionalProperties": {
            "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": { "type": "string" } }]
        },
        "examples": [{ "document": "https://api.emea-1.jumio.ai/…/parts" }]
    };
    PreparedData = {
        "description": "What is known of the person beforehand. Which members a check needs depends on the check.",
        "type": "object"
    };
}

#[cfg(test)]
mod tests {
    use schemars::schema_for;
    use serde_json::json;

    use crate::{AccountRequest, DocumentType, WorkflowDetails, WorkflowStatus};

    #[test]
    fn an_open_list_is_never_closed() {
        let status = schema_for!(WorkflowStatus).to_value();
        assert_eq!(status["type"], json!("string"));
        assert!(status.get("enum").is_none());
        assert!(status["x-known-values"].as_array().unwrap().contains(&json!("PROCESSED")));
        let types = schema_for!(DocumentType).to_value();
        assert_eq!(types["x-known-names"]["BS"], json!("Bank statement"));
    }

    #[test]
    fn what_serde_wants_the_schema_wants() {
        let request = schema_for!(AccountRequest).to_value();
        assert_eq!(request["required"], json!(["customerInternalReference", "workflowDefinition"]));
        let details = schema_for!(WorkflowDetails).to_value();
        assert_eq!(details["required"], json!(["workflow", "account"]));
        assert!(details["properties"].get("completedAt").is_some());
    }
}
