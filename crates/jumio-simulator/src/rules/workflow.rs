//! `workflowDefinition` (protocol 3.1, 3.2): the key, and which credentials are asked for.

use jumio_model::vocabulary::{FacemapType, IdType};
use jumio_model::{Country, DocumentType};
use serde_json::Value;

use super::fields::Fields;
use crate::credential::{Category, Preset};
use crate::settings::Settings;
use crate::transaction::Wanted;
use crate::variants::SeveralDocuments;
use crate::workflow::Workflow;

/// `OPTIONAL` stands only in the Web SDK (protocol 3.2).
const PREDEFINED: &[&str] = &["DEFINED", "RECOMMENDED", "OPTIONAL"];

/// Takes two credentials of one category (vocabulary 1).
const SIMILARITY_OF_TWO: &str = "20";

/// The workflow and its credentials, in the order of the reply.
pub(super) fn read(definition: &Fields<'_>, settings: &Settings) -> Result<(Workflow, Vec<Wanted>), String> {
    let at = definition.at("key");
    // behavior: workflowDefinition.key is taken as a number and as a string | protocol 3.1, vocabulary 8.1 | observed
    let key = definition.text_or_number("key")?.ok_or_else(|| format!("{at}: is required"))?;
    if !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{at}: must be a whole number"));
    }
    let workflow = settings
        .workflows
        .find(&key)
        .ok_or_else(|| format!("{at}: is no workflow of this tenant; a scenario file can add it"))?;
    // behavior: workflowDefinition.capabilities may be any object and changes nothing | protocol 3.3 | chosen
    definition.optional_object("capabilities")?;
    let nodes = nodes(definition, &workflow, settings)?;
    let mut wanted = Vec::new();
    for slot in &workflow.credentials {
        let before = wanted.len();
        wanted.extend(nodes.iter().filter(|node| node.category == slot.category).cloned());
        if wanted.len() > before {
            continue;
        }
        if slot.category == Category::Document {
            // behavior: a workflow with a document wants one DOCUMENT node with one country and one type, else 400 | protocol 3.2 | documented
            return Err(format!("{}: one DOCUMENT is required", definition.at("credentials")));
        }
        // behavior: the credentials of a workflow come back whether they were asked for or not | protocol 3.5 | observed
        let nothing = Preset::default();
        wanted.push(Wanted {
            category: slot.category,
            label: None,
            country: nothing.clone(),
            kind: nothing,
            existing: None,
        });
    }
    Ok((workflow, wanted))
}

/// The nodes that were sent.
fn nodes(definition: &Fields<'_>, workflow: &Workflow, settings: &Settings) -> Result<Vec<Wanted>, String> {
    let credentials = definition.at("credentials");
    let list = match definition.get("credentials") {
        None if workflow.slot(Category::Document).is_some() => {
            return Err(format!("{credentials}: is required for a workflow with a document"));
        }
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(format!("{credentials}: must be a list")),
    };
    let mut nodes: Vec<Wanted> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let node = Fields::of(&format!("{credentials}[{index}]"), value)?;
        let name = node.text("category", usize::MAX)?.ok_or_else(|| format!("{}: is required", node.at("category")))?;
        let category = Category::of(&name)
            .filter(|category| workflow.slot(*category).is_some())
            .ok_or_else(|| format!("{}: this workflow has no such one", node.at("category")))?;
        // behavior: a second node of a category is 400; workflow 20 takes two | protocol 3.2, vocabulary 0.11 | documented
        let may_repeat = workflow.key == SIMILARITY_OF_TWO
            || category == Category::Document && settings.variants.several_documents == SeveralDocuments::Accepted;
        if !may_repeat && nodes.iter().any(|known| known.category == category) {
            return Err(format!("{credentials}: at most one of each category"));
        }
        nodes.push(wanted(&node, category)?);
    }
    Ok(nodes)
}

fn wanted(node: &Fields<'_>, category: Category) -> Result<Wanted, String> {
    let (country, kind) = match category {
        Category::Document => (single(node, "country")?, single(node, "type")?),
        _ => (preset(node, "country")?, preset(node, "type")?),
    };
    // behavior: countries are ISO 3166-1 alpha-3 codes and XKX, else 400 | protocol 3.2 | documented
    if !country.values.iter().all(|code| Country::from(code.as_str()).is_known()) {
        return Err(format!("{}: is not an ISO 3166-1 alpha-3 code", node.at("country.values")));
    }
    let known = |code: &String| match category {
        // behavior: a document type that is not in the list is 400; a tenant can define its own, this one has none | protocol 3.6 | documented
        Category::Document => DocumentType::from(code.as_str()).info().is_some_and(|info| info.requestable),
        Category::Id => IdType::from(code.as_str()).is_known(),
        Category::Facemap => FacemapType::from(code.as_str()).is_known(),
        Category::Selfie | Category::Data => true,
    };
    if !kind.values.iter().all(known) {
        let what = if category == Category::Document { "document type" } else { "type" };
        return Err(format!("{}: is not a supported {what}", node.at("type.values")));
    }
    Ok(Wanted { category, label: node.text("label", 255)?, country, kind, existing: node.text("id", 100)? })
}

/// A preset that must have one value.
fn single(node: &Fields<'_>, name: &str) -> Result<Preset, String> {
    let at = node.object(name)?;
    let preset = preset(node, name)?;
    if preset.values.len() == 1 { Ok(preset) } else { Err(format!("{}: must have exactly one value", at.at("values"))) }
}

fn preset(node: &Fields<'_>, name: &str) -> Result<Preset, String> {
    let Some(preset) = node.optional_object(name)? else { return Ok(Preset::default()) };
    let predefined_type = preset.text("predefinedType", usize::MAX)?;
    // behavior: predefinedType is DEFINED, RECOMMENDED or, as in the Web SDK, OPTIONAL, else 400 | protocol 3.2 | documented
    if predefined_type.as_ref().is_some_and(|kind| !PREDEFINED.contains(&kind.as_str())) {
        return Err(format!("{}: must be DEFINED or RECOMMENDED", preset.at("predefinedType")));
    }
    let values = preset.texts("values")?.into_iter().map(str::to_owned).collect();
    Ok(Preset { predefined_type, values })
}
