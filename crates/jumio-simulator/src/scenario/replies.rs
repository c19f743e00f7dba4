//! `[reply.<endpoint>]`: members laid over an endpoint's JSON reply (`with`), and members taken out of it (`without`).

use std::collections::BTreeMap;

use super::{ScenarioError, Section};
use crate::plan::Patch;
use crate::routes::names;

pub(super) fn read(root: &Section<'_>) -> Result<BTreeMap<String, Patch>, ScenarioError> {
    let mut replies = BTreeMap::new();
    let Some(section) = root.section("reply")? else { return Ok(replies) };
    for endpoint in section.names() {
        if !names::WITH_JSON.contains(&endpoint) {
            let known = names::WITH_JSON.join(", ");
            return Err(section.problem(endpoint, format!("is no call with a JSON reply; there are {known}")));
        }
        if let Some(inner) = section.section(endpoint)? {
            let patch = Patch { with: inner.members("with")?.unwrap_or_default(), without: inner.texts("without")? };
            inner.finish()?;
            replies.insert(endpoint.to_owned(), patch);
        }
    }
    section.finish()?;
    Ok(replies)
}
