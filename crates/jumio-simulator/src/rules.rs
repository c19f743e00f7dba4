//! What Jumio checks in an account request (protocol 3.1, 3.2, 6.1). Each refusal says which field and which rule.

mod callback_url;
mod fields;
mod lifetime;
mod workflow;

use serde_json::{Map, Value};

use crate::transaction::Order;
use fields::Fields;

/// Characters that a reference must not contain. Two pages disagree; this is the longer set (protocol 3.1).
const FORBIDDEN: &[char] = &['<', '>', '"', '/', ';', '`', '%', '{', '}', '|'];

/// Reads the body of an account call; or says what is wrong with it.
pub(crate) fn account(body: &[u8]) -> Result<Order, String> {
    let members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| format!("the body is not valid: {error}"))?;
    let request = Fields::new("", &members);
    let customer_internal_reference = customer_reference(&request)?;
    let workflow = workflow::read(&request.object("workflowDefinition")?)?;
    let lifetime = request.text("tokenLifetime", usize::MAX)?;
    let callback = request.text("callbackUrl", 255)?;
    if let Some(url) = &callback {
        callback_url::check(url).map_err(|rule| format!("callbackUrl: {rule}"))?;
    }
    let (success_url, error_url, locale) = match request.optional_object("web")? {
        None => (None, None, None),
        Some(web) => (web.text("successUrl", 255)?, web.text("errorUrl", 255)?, web.text("locale", 35)?),
    };
    if let Some(consent) = request.optional_object("userConsent")? {
        consent.text("userIp", usize::MAX)?;
    }
    if let Some(overrides) = request.optional_object("overrideSettings")? {
        overrides.all_text()?;
    }
    Ok(Order {
        definition_key: workflow.key,
        customer_internal_reference,
        user_reference: request.text("userReference", 100)?,
        reporting_criteria: request.text("reportingCriteria", 255)?,
        callback_url: callback,
        token_lifetime: lifetime::read(lifetime.as_deref()).map_err(|rule| format!("tokenLifetime: {rule}"))?,
        success_url,
        error_url,
        locale,
        country: workflow.country,
        document_type: workflow.document_type,
        document_label: workflow.document_label,
        data_label: workflow.data_label,
        max_pages: workflow.max_pages,
    })
}

/// Required. Seen live: a JSON number is taken too, and comes back as text.
fn customer_reference(request: &Fields<'_>) -> Result<String, String> {
    let name = "customerInternalReference";
    let text = request.text_or_number(name)?.ok_or_else(|| format!("{name}: is required"))?;
    if text.chars().count() > 100 {
        return Err(format!("{name}: has more than 100 characters"));
    }
    if let Some(found) = text.chars().find(|found| FORBIDDEN.contains(found)) {
        return Err(format!("{name}: must not contain {found}"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
