//! `[workflow.<key>]`: a workflow that the tenant designed (vocabulary 1). Keys are an open set.

use jumio_model::vocabulary::Channel;

use super::{ScenarioError, Section};
use crate::credential::Category;
use crate::workflow::{Slot, Step, Workflow, channels};

const CHANNELS: &[Channel] = &[Channel::Web, Channel::Api, Channel::Sdk];

pub(super) fn read(root: &Section<'_>) -> Result<Vec<Workflow>, ScenarioError> {
    let Some(section) = root.section("workflow")? else { return Ok(Vec::new()) };
    let mut workflows = Vec::new();
    for key in section.names() {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(section.problem(key, "a workflow's key has digits alone"));
        }
        if let Some(inner) = section.section(key)? {
            workflows.push(workflow(&inner, key)?);
        }
    }
    section.finish()?;
    Ok(workflows)
}

fn workflow(section: &Section<'_>, key: &str) -> Result<Workflow, ScenarioError> {
    let mut credentials = slots(section, "credentials", true)?;
    credentials.extend(slots(section, "optional", false)?);
    if credentials.is_empty() {
        return Err(section.problem("credentials", "at least one is required"));
    }
    let capabilities = section.texts("capabilities")?;
    let mut steps = Vec::new();
    if let Some(inner) = section.section("steps")? {
        for name in inner.names() {
            let own = inner.texts(name)?;
            if let Some(unknown) = own.iter().find(|capability| !capabilities.contains(capability)) {
                return Err(inner.problem(name, format!("{unknown} is no capability of this workflow")));
            }
            steps.push(Step { name: name.to_owned(), capabilities: own });
        }
    }
    section.finish()?;
    Ok(Workflow { key: key.to_owned(), credentials, capabilities, steps })
}

fn slots(section: &Section<'_>, name: &str, required: bool) -> Result<Vec<Slot>, ScenarioError> {
    let slot = |text: &String| {
        let category = Category::of(text).ok_or_else(|| {
            let known = Category::ALL.map(Category::text).join(", ");
            section.problem(name, format!("{text} is no credential; there are {known}"))
        })?;
        Ok(Slot { category, required, channels: channels(category, CHANNELS) })
    };
    section.texts(name)?.iter().map(slot).collect()
}
