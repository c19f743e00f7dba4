//! The payloads that have a schema of their own, by the name of the type that reads them (as in `fixtures/index.toml`).

use jumio_model::api::PreparedData;
use jumio_model::{
    AccountReply, AccountRequest, Callback, FinalizeReply, HealthReply, ReportReply, RulesReply, StepsReply,
    TokenReply, UploadReply, WorkflowDetails, WorkflowStatusReply,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use crate::tidy;

/// One payload.
pub(crate) struct Payload {
    /// The type's name.
    pub(crate) name: &'static str,
    root: fn(SchemaGenerator) -> Value,
}

const fn payload<T: JsonSchema>(name: &'static str) -> Payload {
    Payload { name, root: |generator| generator.into_root_schema_for::<T>().to_value() }
}

/// All of them.
pub(crate) const ALL: &[Payload] = &[
    payload::<TokenReply>("TokenReply"),
    payload::<AccountRequest>("AccountRequest"),
    payload::<AccountReply>("AccountReply"),
    payload::<PreparedData>("PreparedData"),
    payload::<UploadReply>("UploadReply"),
    payload::<FinalizeReply>("FinalizeReply"),
    payload::<Callback>("Callback"),
    payload::<WorkflowStatusReply>("WorkflowStatusReply"),
    payload::<WorkflowDetails>("WorkflowDetails"),
    payload::<StepsReply>("StepsReply"),
    payload::<RulesReply>("RulesReply"),
    payload::<ReportReply>("ReportReply"),
    payload::<HealthReply>("HealthReply"),
    Payload { name: "Problem", root: |_| problem() },
];

/// What a refusal says. `Problem` is read member by member and has no serde form, so its schema is written by hand: every
/// member that was seen (protocol 9.1).
pub(crate) fn problem() -> Value {
    let text = json!({ "type": ["string", "null"] });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Problem",
        "description": "What Jumio says when it refuses. No member is always there.",
        "type": "object",
        "properties": {
            "title": text,
            "detail": text,
            "message": text,
            "error": text,
            "error_description": text,
            "type": text,
            "status": { "type": ["integer", "string", "null"] },
        },
    })
}

impl Payload {
    /// The schema as a document that needs no other.
    pub(crate) fn document(&self) -> Value {
        let mut schema = (self.root)(SchemaSettings::draft2020_12().into_generator());
        tidy::descriptions(&mut schema);
        tidy::names(&mut schema);
        tidy::sorted(schema)
    }
}
