//! One file and one type per call: the request, the reply, and, behind `endpoint`, what the call is.
//!
//! Each type names its section of the reference and how sure that is. Verb, path, host and credential are the constants
//! of `Endpoint`. Calls that the reference knows by name alone (erasing biometrics only, feedback on a decision, the
//! account by its URL) are not here.

pub(crate) mod create_account;
pub(crate) mod delete_account;
pub(crate) mod delete_execution;
pub(crate) mod finalize;
pub(crate) mod get_details;
pub(crate) mod get_health;
pub(crate) mod get_part;
pub(crate) mod get_report;
pub(crate) mod get_rules;
pub(crate) mod get_status;
pub(crate) mod get_steps;
pub(crate) mod token;
pub(crate) mod update_account;
pub(crate) mod upload;
#[cfg(feature = "endpoint")]
mod upload_document;
#[cfg(feature = "endpoint")]
mod upload_file;
#[cfg(feature = "endpoint")]
mod upload_part;
pub(crate) mod upload_prepared_data;

pub use create_account::CreateAccount;
pub use delete_account::DeleteAccount;
pub use delete_execution::DeleteExecution;
pub use finalize::Finalize;
pub use get_details::{GetDetails, GetDetailsByExecution};
pub use get_health::GetHealth;
pub use get_part::GetPart;
pub use get_report::GetReport;
pub use get_rules::GetRules;
pub use get_status::GetStatus;
pub use get_steps::GetSteps;
pub use token::FetchToken;
pub use update_account::UpdateAccount;
#[cfg(feature = "endpoint")]
pub use upload_document::UploadDocument;
#[cfg(feature = "endpoint")]
pub use upload_part::{ReplacePart, UploadPart};
pub use upload_prepared_data::{PreparedData, UploadPreparedData};
