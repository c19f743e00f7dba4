//! Lists to look up in, rather than types of the wire: workflows by key, subdivisions by country.

use anyhow::Result;

use super::table::{self, Row as _, Subdivision, WorkflowKey};
use super::text;

/// Module and content.
pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    Ok(vec![("workflows".to_owned(), workflows()?), ("subdivisions".to_owned(), subdivisions()?)])
}

fn workflows() -> Result<String> {
    let mut out = text::header(&format!("`{}`", WorkflowKey::path()), "Workflows by key: a list to look up in.");
    out.push_str(
        "use crate::vocabulary::{CapabilityName, Certainty, Channel, CredentialCategory, StepName, WorkflowInfo};\n\n",
    );
    out.push_str("pub(in crate::vocabulary) const WORKFLOWS: &[WorkflowInfo] = &[\n");
    for row in table::read::<WorkflowKey>()? {
        out.push_str(&format!(
            "WorkflowInfo {{ key: \"{}\", name: {:?}, required: {}, optional: {}, capabilities: {}, \
             capabilities_inferred: {}, channels: {}, steps: {}, certainty: Certainty::{} }},\n",
            row.key,
            row.name,
            text::variants("CredentialCategory", &row.required_credentials)?,
            text::variants("CredentialCategory", &row.optional_credentials)?,
            text::variants("CapabilityName", &row.capabilities)?,
            row.capabilities_inferred,
            text::variants("Channel", &row.channels)?,
            text::variants("StepName", &row.step_names)?,
            text::variant(&row.status)?,
        ));
    }
    out.push_str("];\n");
    Ok(out)
}

fn subdivisions() -> Result<String> {
    let mut out =
        text::header(&format!("`{}`", Subdivision::path()), "States and provinces by country: a list to look up in.");
    out.push_str("use crate::vocabulary::Subdivision;\n\n");
    out.push_str("pub(in crate::vocabulary) const SUBDIVISIONS: &[Subdivision] = &[\n");
    for row in table::read::<Subdivision>()? {
        out.push_str(&format!(
            "Subdivision {{ country: {:?}, iso_3166_2: {:?}, code: {:?}, name: {:?} }},\n",
            row.country, row.iso_3166_2, row.code, row.name
        ));
    }
    out.push_str("];\n");
    Ok(out)
}
