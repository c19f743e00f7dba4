//! The wire of Jumio's platform API, typed: what a team takes that wants the types and nothing else.
//!
//! This crate holds serde types for requests, replies, callbacks and retrieval, Jumio's vocabularies, and, behind the
//! feature `endpoint`, what each call *is* as plain `http` values. It does no I/O, cannot tell the time and draws no random
//! number. Sending is `jumio-transport`'s work, tokens are `jumio-auth`'s, and what comes next is `jumio-flow`'s.
//!
//! Facts come from Jumio's own documentation and from observed traffic. "Protocol 4.2" and "vocabulary 3" in a comment
//! name the section of the project's reference that lists the sources, "trap" one of the protocol's list of traps. How
//! sure a fact is stands beside it: *documented* (a page of Jumio's says so), *seen* or *live* (in real traffic),
//! *inferred* or *assumed* (concluded, and said by nobody), *chosen* (ours, where nobody knows). What is documented and
//! undisputed is not marked. `docs/where-facts-come-from.md` says what each section rests on.
//!
//! ```
//! use jumio_model::{Outcome, Raw, WorkflowDetails};
//!
//! # let body = br#"{"workflow":{"id":"w","status":"PROCESSED","definitionKey":"10170"},"account":{"id":"a"},
//! #   "decision":{"type":"PASSED","details":{"label":"PASSED"},"risk":{"score":0.0}},"capabilities":{}}"#;
//! let details: Raw<WorkflowDetails> = jumio_model::from_slice(body)?;
//! assert_eq!(details.outcome(), Some(Outcome::Stored)); // 10170 checks nothing
//! # Ok::<(), jumio_model::ReadError>(())
//! ```

// The page's examples run as this crate's.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/only-the-types.md")]
mod only_the_types {}

mod account;
pub mod api;
mod callback;
mod capability;
mod decision;
mod details;
#[cfg(feature = "endpoint")]
pub mod endpoint;
mod host;
mod hrefs;
mod ids;
mod inline_text;
mod invalid;
mod json;
mod lenient;
mod media;
mod problem;
mod raw;
mod redact;
mod reference;
#[cfg(feature = "schemars")]
mod schema;
mod secret;
mod timestamp;
#[cfg(feature = "token-expiry")]
mod token_expiry;
mod token_lifetime;
mod unknowns;
pub mod vocabulary;
mod web;
mod workflow_key;

pub use account::consent::{Consent, UserConsent};
pub use account::credential_type::CredentialType;
pub use account::reply::{
    AccountRef, AccountReply, ApiAccess, CredentialReply, ExecutionReply, PartLinks, SdkAccess, WebAccess,
};
pub use account::reporting_criteria::ReportingCriteria;
pub use account::request::{AccountRequest, CallbackUrl, CredentialRequest, Preset, WorkflowDefinition};
pub use account::urls::ReturnUrl;
pub use account::web::WebRequest;
pub use api::get_health::{HealthReply, HealthStatus};
pub use api::get_report::ReportReply;
pub use api::get_rules::RulesReply;
pub use api::get_status::WorkflowStatusReply;
pub use api::get_steps::{Step, StepsReply};
pub use api::token::TokenReply;
pub use api::upload::{CredentialRef, ExecutionRef, FinalizeReply, PartRef, UploadReply};
pub use callback::{Callback, CallbackExecution};
pub use capability::{
    AuthenticationData, Capability, CapabilityCredential, CapabilityData, DateParts, DeviceRiskData, DrivingCategory,
    DrivingLicenseData, EmailData, ExtractedAddress, ExtractionData, FaceSearchFindings, GeoIpData, GovtIdData,
    ImageChecksData, LivenessData, PhoneData, PhoneRiskInsights, ProofOfResidencyData, SimilarityData, WatchlistData,
};
pub use decision::{Decision, DecisionDetails, DecisionReason, Outcome, Risk, RiskScore};
pub use details::extras::{CredentialConsent, Feedback, ReusableIdentity};
pub use details::{DetailsCredential, DetailsPart, WorkflowDetails, WorkflowRef, WorkflowSteps};
pub use hrefs::{ExecutionIds, workflow_execution_ids};
pub use ids::{AccountId, CredentialId, WorkflowExecutionId};
pub use invalid::InvalidRequest;
pub use json::{ReadError, from_slice};
pub use media::Media;
pub use problem::Problem;
pub use raw::Raw;
pub use reference::{CustomerInternalReference, UserReference};
pub use secret::{ReportLink, SdkToken, TransactionToken, WebLink};
pub use timestamp::Timestamp;
pub use token_lifetime::TokenLifetime;
pub use unknowns::{Unknown, UnknownKind};
pub use vocabulary::{
    CapabilityName, Channel, Country, CountryInfo, CredentialCategory, DecisionType, DocumentType, DocumentTypeInfo,
    Label, LabelClass, PredefinedType, RiskBand, UnknownText, WorkflowStatus,
};
pub use web::{IframeMessage, IframeMetaInfo, IframePayload, WebRedirect};
pub use workflow_key::WorkflowKey;
