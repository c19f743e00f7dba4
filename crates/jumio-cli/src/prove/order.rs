//! What is asked for: the options, checked as far as they can be checked without Jumio.

use std::path::Path;

use jumio_flow::FlowKey;
use jumio_flow::machine::{Policy, Spec};
use jumio_model::api::PreparedData;
use jumio_model::{
    AccountId, AccountRequest, CallbackUrl, CustomerInternalReference, DocumentType, InvalidRequest, TokenLifetime,
    UserReference, WorkflowKey,
};

use super::pages;
use crate::args;
use crate::credentials::read_text;
use crate::database::Database;
use crate::documents::{Limits, PageFile, fingerprint};
use crate::exit_code::Exit;
use crate::report::Report;
use crate::stop::Stop;
use crate::vocabulary;

/// Far more than is known of anybody.
const LONGEST_DATA: u64 = 1024 * 1024;

/// A checked order.
pub(super) struct Order {
    pub(super) request: AccountRequest,
    /// Whether a person uploads, on the hosted page or in an SDK.
    pub(super) by_person: bool,
    /// What makes it the same order as another: the files' contents, type and country.
    pub(super) subject: Option<String>,
    account: Option<AccountId>,
    prepared_data: Option<PreparedData>,
    pages: Vec<PageFile>,
    merge: bool,
    limits: Limits,
    /// Whether the reference is the flow's own key.
    reference_is_key: bool,
}

impl Order {
    /// Reads the options and the files. Everything that is wrong with the words is told at once, then everything that is
    /// wrong with the files.
    pub(super) async fn read(args: &args::Prove, report: &Report) -> Result<Self, Stop> {
        let document_type = vocabulary::document_type(&args.document_type);
        let country = vocabulary::country(&args.country);
        let (document_type, country) = match (document_type, country) {
            (Ok(document_type), Ok(country)) => (document_type, country),
            (document_type, country) => {
                let wrong: Vec<_> = [document_type.err(), country.err()].into_iter().flatten().collect();
                let messages = wrong.iter().map(|error| error.message.clone()).collect();
                let advice: Vec<_> = wrong.into_iter().map(|error| error.advice).collect();
                return Err(Stop::several(Exit::BadInput, messages).advise(advice.join("; ")));
            }
        };
        // A reference has to be there to build the request; the flow's key takes its place when there is one.
        let reference = args.reference.as_deref().unwrap_or("to-be-replaced");
        let reference = CustomerInternalReference::new(reference).map_err(|error| invalid("--reference", &error))?;
        let request =
            AccountRequest::document(workflow(&args.workflow)?, reference, country.clone(), document_type.clone());
        let mut request = request.map_err(|error| invalid("--type", &error))?;
        if let Some(text) = &args.user_reference {
            let reference = UserReference::new(text).map_err(|error| invalid("--user-reference", &error))?;
            request = request.with_user_reference(reference);
        }
        if let Some(text) = &args.token_lifetime {
            let lifetime = TokenLifetime::parse(text).map_err(|error| invalid("--token-lifetime", &error))?;
            request = request.with_token_lifetime(lifetime);
        }
        let account = args.existing_account.as_deref().map(account).transpose()?;
        let prepared_data = args.prepared_data.as_deref().map(prepared_data).transpose()?;

        let by_person = args.link || args.sdk_token;
        let limits = limits(&document_type);
        let pages = if by_person { Vec::new() } else { pages::check(args.files.clone(), limits, report).await? };
        let subject = (!by_person).then(|| fingerprint(&pages));
        let reference_is_key = args.reference.is_none();
        let merge = args.merge;
        Ok(Self { request, by_person, subject, account, prepared_data, pages, merge, limits, reference_is_key })
    }

    /// The flow's orders. Merges the files where that is wanted.
    pub(super) async fn into_spec(
        self,
        key: &FlowKey,
        callback_url: Option<CallbackUrl>,
        listening: bool,
        database: &Database,
        report: &Report,
    ) -> Result<Spec, Stop> {
        let mut request = self.request;
        if self.reference_is_key {
            request.customer_internal_reference =
                CustomerInternalReference::new(key.as_str()).map_err(|error| Stop::internal(&error))?;
        }
        if let Some(url) = callback_url {
            request = request.with_callback_url(url);
        }
        let mut spec = if self.by_person {
            Spec::person(request)
        } else {
            let pages = match self.merge {
                true => pages::merge(self.pages, database.merged_file(key)?, self.limits, report).await?,
                false => self.pages,
            };
            Spec::upload(request, pages::by_reference(pages)).map_err(|error| Stop::internal(&error))?
        };
        spec = spec.with_policy(policy(listening));
        if let Some(account) = self.account {
            spec = spec.on_account(account);
        }
        if let Some(data) = self.prepared_data {
            spec = spec.with_prepared_data(data);
        }
        Ok(spec)
    }
}

/// Where a callback is expected, the first look waits for it a little: polling stands behind it, not before it.
fn policy(listening: bool) -> Policy {
    let mut policy = Policy::default();
    if listening {
        policy.result.retain(|seconds| *seconds > 1);
    }
    policy
}

fn limits(document_type: &DocumentType) -> Limits {
    Limits::for_document_type(document_type.as_str())
}

fn invalid(option: &str, error: &InvalidRequest) -> Stop {
    Stop::bad_input(format!("{option}: {error}"))
}

fn workflow(text: &str) -> Result<WorkflowKey, Stop> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    match text.parse() {
        // The quickstart writes a number; what is no number can only be a text.
        Ok(number) => Ok(WorkflowKey::number(number)),
        Err(_) if plain => Ok(WorkflowKey::text(text)),
        Err(_) => Err(Stop::bad_input("--workflow: a key has letters and digits only, such as 10170")),
    }
}

fn account(id: &str) -> Result<AccountId, Stop> {
    let fits = !id.is_empty() && id.len() <= 100 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        Ok(AccountId::from(id))
    } else {
        Err(Stop::bad_input("--existing-account: this is no id of an account")
            .advise("use the account id of an earlier run, such as 11111111-2222-3333-4444-555555555555"))
    }
}

fn prepared_data(path: &Path) -> Result<PreparedData, Stop> {
    let failed = |why: String| Stop::bad_input(format!("--prepared-data {}: {why}", path.display()));
    let text = read_text(path, LONGEST_DATA).map_err(failed)?;
    // The error names the place and never quotes a value.
    PreparedData::read(text.as_bytes()).map_err(|error| failed(format!("the file is no JSON object: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_ids_are_checked() {
        assert_eq!(workflow("10170").unwrap(), WorkflowKey::DOC_PROOF);
        assert_eq!(workflow("wf-7").unwrap(), WorkflowKey::text("wf-7"));
        for bad in ["", "a b", "1;2"] {
            assert!(workflow(bad).is_err(), "{bad}");
        }
        assert!(account("11111111-2222-3333-4444-555555555555").is_ok());
        for bad in ["", "../x", "a/b", "a b"] {
            assert!(account(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prepared_data_is_an_object_and_its_values_are_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        std::fs::write(&path, r#"{"firstName": "Jane"}"#).unwrap();
        assert!(prepared_data(&path).is_ok());
        for bad in [r#"["Jane"]"#, r#"{"firstName": Jane}"#, ""] {
            std::fs::write(&path, bad).unwrap();
            let message = prepared_data(&path).unwrap_err().messages.remove(0);
            assert!(message.contains("JSON object") && !message.contains("Jane"), "{message}");
        }
    }
}
