//! What Jumio checks in an account request (protocol 3.1, 3.2, 6.1). Each refusal says which field and which rule.

mod callback_url;
mod consent;
mod fields;
mod lifetime;
mod workflow;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::mock_service;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::transaction::Order;
use crate::workflow::Workflow;
use fields::Fields;

/// Characters that a reference must not contain.
// behavior: customerInternalReference must not contain < > " / ; ` % { } |, the longer of two sets | protocol 3.1 | documented
const FORBIDDEN: &[char] = &['<', '>', '"', '/', ';', '`', '%', '{', '}', '|'];

/// Workflows that cannot do without `userReference`.
// behavior: userReference is required for the workflows 32 and 10010 | protocol 3.1, vocabulary 1 | documented
const WITH_USER: &[&str] = &["32", "10010"];

/// What an account call asks for.
pub(crate) struct Asked {
    pub(crate) order: Order,
    pub(crate) workflow: Workflow,
    /// What the request itself chooses, in the Mock Service's way.
    pub(crate) plan: Option<Plan>,
    /// Whether a person's consent is needed and was not sent.
    pub(crate) consent_is_missing: bool,
}

/// Reads the body of an account call; or says what is wrong with it.
// behavior: reference and userReference have 1 to 100 characters, reportingCriteria, callbackUrl and the redirect URLs 1 to 255 | protocol 3.1 | documented
// behavior: null counts as absent, and members that nobody knows are ignored | protocol 3.1 | chosen
pub(crate) fn account(body: &[u8], settings: &Settings) -> Result<Asked, String> {
    let members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| format!("the body is not valid: {error}"))?;
    let request = Fields::new("", &members);
    let (reference, mock) = customer_reference(&request)?;
    let (workflow, credentials) = workflow::read(&request.object("workflowDefinition")?, settings)?;
    let lifetime = request.text("tokenLifetime", usize::MAX)?;
    let callback = request.text("callbackUrl", 255)?;
    if let Some(url) = &callback {
        callback_url::check(url).map_err(|rule| format!("callbackUrl: {rule}"))?;
    }
    let (success_url, error_url, locale) = match request.optional_object("web")? {
        None => (None, None, None),
        // behavior: web.locale is any text of up to 35 characters; pages disagree on 5 | protocol 3.1, 10.5 | chosen
        Some(web) => (redirect(&web, "successUrl")?, redirect(&web, "errorUrl")?, web.text("locale", 35)?),
    };
    let consent = request.optional_object("userConsent")?;
    if let Some(consent) = &consent {
        consent::check(consent)?;
    }
    let consent_is_missing = consent::is_missing(consent.as_ref(), &credentials)?;
    let override_settings = match request.optional_object("overrideSettings")? {
        // behavior: the values of overrideSettings are strings, else 400 | protocol 3.1 | observed
        Some(overrides) => overrides.all_text()?,
        None => BTreeMap::new(),
    };
    let user_reference = request.text("userReference", 100)?;
    if user_reference.is_none() && WITH_USER.contains(&workflow.key.as_str()) {
        return Err("userReference: is required for this workflow".to_owned());
    }
    let plan = mock.map(|members| mock_service::plan(&members, &workflow)).transpose();
    let plan = plan.map_err(|rule| format!("customerInternalReference: {rule}"))?;
    let order = Order {
        definition_key: workflow.key.clone(),
        customer_internal_reference: reference,
        user_reference,
        reporting_criteria: request.text("reportingCriteria", 255)?,
        callback_url: callback,
        token_lifetime: lifetime::read(lifetime.as_deref()).map_err(|rule| format!("tokenLifetime: {rule}"))?,
        success_url,
        error_url,
        locale,
        credentials,
        override_settings,
    };
    Ok(Asked { order, workflow, plan, consent_is_missing })
}

/// Where the person is sent at the end.
fn redirect(web: &Fields<'_>, name: &str) -> Result<Option<String>, String> {
    let url = web.text(name, 255)?;
    if let Some(url) = &url {
        callback_url::check_redirect(url).map_err(|rule| format!("{}: {rule}", web.at(name)))?;
    }
    Ok(url)
}

/// Required. The caller's reference, and the Mock Service's members where it is one of its.
// behavior: customerInternalReference is taken as a JSON number, too, and comes back as text | protocol 3.1 | observed
fn customer_reference(request: &Fields<'_>) -> Result<(String, Option<Map<String, Value>>), String> {
    let name = "customerInternalReference";
    let text = request.text_or_number(name)?.ok_or_else(|| format!("{name}: is required"))?;
    if let Some(members) = mock_service::recognise(&text) {
        let own = mock_service::own_reference(&members);
        return Ok((own.unwrap_or(text), Some(members)));
    }
    if text.chars().count() > 100 {
        return Err(format!("{name}: has more than 100 characters"));
    }
    if let Some(found) = text.chars().find(|found| FORBIDDEN.contains(found)) {
        return Err(format!("{name}: must not contain {found}"));
    }
    Ok((text, None))
}

#[cfg(test)]
mod tests;
