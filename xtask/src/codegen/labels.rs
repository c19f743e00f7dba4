//! Capabilities and their labels, from `fixtures/vocabulary/capabilities.json` and `labels.json`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::table::{self, Capability, Label, Row as _};
use super::{enums, text};

/// Where a label stands that belongs to no capability.
pub(super) const DECISIONS: &[&str] = &["workflow", "step"];

/// The generated types: `("CapabilityName", content)`.
pub(super) fn render_all() -> Result<Vec<(String, String)>> {
    let capabilities = table::read::<Capability>()?;
    Ok(vec![("CapabilityName".to_owned(), names(&capabilities)?), ("Label".to_owned(), labels(&capabilities)?)])
}

fn names(capabilities: &[Capability]) -> Result<String> {
    let mut variants = Vec::new();
    for row in capabilities {
        let doc = text::entry(&row.meaning, row.notes.as_deref(), row.conflict.as_deref(), row.source());
        variants.push((text::variant(&row.capability)?, row.capability.clone(), doc));
    }
    let docs = [
        "A check that Jumio ran: the name of a member of `capabilities`.".to_owned(),
        "More exist by contract than any source lists (vocabulary 4.2).".to_owned(),
    ];
    Ok(enums::open_enum(&Capability::path(), "CapabilityName", false, &docs, &variants))
}

fn labels(capabilities: &[Capability]) -> Result<String> {
    let rows = table::read::<Label>()?;
    let mut by_label: BTreeMap<&str, Vec<&Label>> = BTreeMap::new();
    for row in &rows {
        let is_capability = capabilities.iter().any(|known| known.capability == row.capability);
        if !is_capability && !DECISIONS.contains(&row.capability.as_str()) {
            bail!("{}: {} stands in {:?}, which is no capability", Label::path(), row.label, row.capability);
        }
        if row.inferred != row.reason.is_some() {
            bail!("{}: {} in {}: an inferred class needs a reason", Label::path(), row.label, row.capability);
        }
        let others = by_label.entry(&row.label).or_default();
        if others.iter().any(|other| other.capability == row.capability) {
            bail!("{}: {} stands twice in {}", Label::path(), row.label, row.capability);
        }
        others.push(row);
    }

    let mut out = text::header(&format!("`{}`", Label::path()), "`Label`: a list of codes, each explained.");
    out.push_str(
        "use crate::vocabulary::open_code::open_code;\n\
         use crate::vocabulary::{\n\
             CapabilityName, CredentialCategory, DecisionType, LabelClass, LabelEntry, LabelInfo, LabelScope,\n\
         };\n\nopen_code! {\n",
    );
    let summary = "Why a decision is as it is (`decision.details.label`). The top-level decision of a transaction \
                   carries any text once the tenant has a ruleset (vocabulary 0.8).";
    out.push_str(&text::doc(summary, "    "));
    out.push_str("    pub struct Label: LabelEntry;\n");
    for (label, rows) in by_label {
        out.push('\n');
        let mut said: Vec<&str> = Vec::new();
        for row in &rows {
            if !said.contains(&row.meaning.as_str()) {
                said.push(&row.meaning);
            }
        }
        let mut sources: Vec<String> = Vec::new();
        for source in rows.iter().flat_map(|row| row.source()) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        let places: Vec<&str> = rows.iter().map(|row| row.capability.as_str()).collect();
        let doc = format!("{}. In {}.{}", said.join(". "), places.join(", "), text::source(&sources));
        out.push_str(&text::doc(&doc, "    "));
        let explanations: Result<Vec<String>> = rows.iter().map(|row| explanation(row)).collect();
        out.push_str(&format!(
            "    {} = {label:?}, {:?}, LabelEntry {{ explanations: &[\n{}    ] }};\n",
            text::constant(label)?,
            human(label),
            explanations?.concat()
        ));
    }
    out.push_str("}\n");
    Ok(out)
}

/// One `LabelInfo`, on lines of its own: rustfmt leaves the bodies of macros alone.
fn explanation(row: &Label) -> Result<String> {
    let scope = match row.capability.as_str() {
        "workflow" => "LabelScope::Workflow".to_owned(),
        "step" => "LabelScope::Step".to_owned(),
        name => format!("LabelScope::Capability(CapabilityName::{})", text::variant(name)?),
    };
    Ok(format!(
        "        LabelInfo {{\n            scope: {scope},\n            decisions: {},\n            meaning: {:?},\n            \
         class: LabelClass::{},\n            inferred: {},\n            applies_to: {},\n        }},\n",
        text::variants("DecisionType", &row.decision_types)?,
        row.meaning,
        text::variant(&row.class)?,
        row.inferred,
        text::variants("CredentialCategory", &row.applies_to)?,
    ))
}

/// `NOT_UPLOADED` → `Not uploaded`.
fn human(label: &str) -> String {
    text::sentence(&label.replace('_', " ").to_lowercase()).trim_end_matches('.').to_owned()
}
