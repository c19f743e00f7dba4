//! `workflowDefinition` (protocol 3.1, 3.2): the key, and for Doc Proof one DOCUMENT with one country and one type.

use jumio_model::{Country, DocumentType};
use serde_json::Value;

use super::fields::Fields;

/// The workflow that this simulator plays: Doc Proof.
const DOC_PROOF: &str = "10170";

/// `OPTIONAL` stands only in the Web SDK (protocol 3.2).
const PREDEFINED: &[&str] = &["DEFINED", "RECOMMENDED", "OPTIONAL"];

/// What the definition asks for.
pub(super) struct Workflow {
    pub(super) key: String,
    pub(super) country: String,
    pub(super) document_type: String,
    pub(super) document_label: Option<String>,
    pub(super) data_label: Option<String>,
    pub(super) max_pages: u32,
}

pub(super) fn read(definition: &Fields<'_>) -> Result<Workflow, String> {
    let at = definition.at("key");
    // Sent as a number or as a string; both were taken live.
    let key = definition.text_or_number("key")?.ok_or_else(|| format!("{at}: is required"))?;
    if !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{at}: must be a whole number"));
    }
    if key != DOC_PROOF {
        return Err(format!("{at}: the simulator does not know this workflow yet, only {DOC_PROOF}"));
    }
    definition.optional_object("capabilities")?;

    let credentials = definition.at("credentials");
    let list = match definition.get("credentials") {
        None => return Err(format!("{credentials}: is required for a workflow with a document")),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(format!("{credentials}: must be a list")),
    };
    let mut document = None;
    let mut data = None;
    for (index, value) in list.iter().enumerate() {
        let node = Fields::of(&format!("{credentials}[{index}]"), value)?;
        let category = node.text("category", usize::MAX)?;
        let slot = match category.as_deref() {
            Some("DOCUMENT") => &mut document,
            Some("DATA") => &mut data,
            Some(_) => return Err(format!("{}: this workflow has no such one", node.at("category"))),
            None => return Err(format!("{}: is required", node.at("category"))),
        };
        if slot.replace(node).is_some() {
            return Err(format!("{credentials}: at most one of each category"));
        }
    }
    let document = document.ok_or_else(|| format!("{credentials}: one DOCUMENT is required"))?;
    let country = single(&document, "country")?;
    if !Country::from(country.as_str()).is_known() {
        return Err(format!("{}: is not an ISO 3166-1 alpha-3 code", document.at("country.values")));
    }
    let document_type = single(&document, "type")?;
    // A tenant can define codes of its own (protocol 3.6); this tenant has none.
    let Some(info) = DocumentType::from(document_type.as_str()).info().filter(|info| info.requestable) else {
        return Err(format!("{}: is not a supported document type", document.at("type.values")));
    };
    Ok(Workflow {
        key,
        country,
        document_type,
        document_label: document.text("label", 255)?,
        data_label: data.map(|data| data.text("label", 255)).transpose()?.flatten(),
        max_pages: info.max_pages,
    })
}

/// The one value of a preset.
fn single(node: &Fields<'_>, name: &str) -> Result<String, String> {
    let preset = node.object(name)?;
    if let Some(kind) = preset.text("predefinedType", usize::MAX)?
        && !PREDEFINED.contains(&kind.as_str())
    {
        return Err(format!("{}: must be DEFINED or RECOMMENDED", preset.at("predefinedType")));
    }
    match preset.texts("values")?.as_slice() {
        [one] => Ok((*one).to_owned()),
        _ => Err(format!("{}: must have exactly one value", preset.at("values"))),
    }
}
