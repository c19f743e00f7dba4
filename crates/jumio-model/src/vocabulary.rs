//! Jumio's lists of values: statuses, decisions, categories, labels, codes of documents, countries and errors.
//!
//! Every list is open (vocabulary 0): a value this version does not know keeps its text and is never an error. The lists
//! are generated from `fixtures/vocabulary` by `cargo xtask codegen`; what one can *do* with a value stands in the files
//! beside this one. There are three kinds:
//!
//! - short enumerations, to match on: [`WorkflowStatus`], [`DecisionType`], [`CapabilityName`], …
//! - long code lists with constants and what is known of each code: [`DocumentType`], [`Country`], [`Label`], …
//! - lists to look up in: [`WorkflowInfo`], [`Subdivision`]
//!
//! `Source: …` at a value names where it comes from, by the ids of `docs/reference/sources.md`, which says what each
//! is: a page of Jumio's (`docs-…`, `doc2-…`, `guide-…`, `openapi-…`, `quickstart-…`, `sdk-…`), the web client's own
//! code (`websdk`), code by Jumio's people (`jumio-…`), traffic that was seen (`real-…`, `freightid`), or other
//! people's word. Where they contradict each other, the value says how.
//!
//! ```
//! use jumio_model::vocabulary::{CapabilityName, DocumentType, Label};
//!
//! assert_eq!(DocumentType::from("UB").info().map(|info| info.max_pages), Some(30));
//! let label = Label::from("MRZ_CHECKSUM");
//! assert!(label.explain(&CapabilityName::DataChecks).is_some());
//! assert!(!Label::from("SOMETHING_NEW").is_known());
//! ```

pub(crate) mod open_code;
pub(crate) mod open_enum;

mod country;
mod document_type;
mod error_code;
mod generated;
mod id_type;
mod label;
mod locale;
mod part;
mod risk_band;
mod status;
mod unknown;
mod workflow;

pub use country::{CountryInfo, Subdivision};
pub use document_type::DocumentTypeInfo;
pub use error_code::PublicErrorCode;
pub use generated::*;
pub use id_type::IdSubTypeInfo;
pub use label::{LabelClass, LabelEntry, LabelInfo, LabelScope};
pub use locale::LocaleInfo;
pub use part::PartInfo;
pub use risk_band::RiskBand;
pub use unknown::UnknownText;
pub use workflow::{Certainty, WorkflowInfo};
