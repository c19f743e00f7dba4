//! Pages about what runs: workflow keys, capabilities with their labels, the short enumerations.

use anyhow::Result;

use super::Page;
use crate::codegen::enums;
use crate::codegen::markdown::{code, codes, head, remarks, sources, table, text};
use crate::codegen::table::{self as tables, Capability, EnumValue, Label, Row as _, WorkflowKey};

pub(super) fn pages() -> Result<Vec<Page>> {
    Ok(vec![keys()?, capabilities()?, enumerations()?])
}

fn keys() -> Result<Page> {
    let (file, title) = ("workflow-keys.md", "Workflow keys");
    let summary = "What `workflowDefinition.key` may be. A tenant's own workflows have keys of their own, and support may \
                   map one key to another, so `workflow.definitionKey` of a reply can differ from what was asked for. \
                   Capabilities marked \"inferred\" are a conclusion from the workflow's name.";
    let mut content = head(title, &[WorkflowKey::path()], summary);
    content.push_str(&table(
        ["key", "name", "needs", "may have", "runs", "channels", "steps", "certainty", "notes", "source"],
        tables::read::<WorkflowKey>()?.into_iter().map(|row| {
            let source = sources(row.source());
            let inferred = if row.capabilities_inferred { " (inferred)" } else { "" };
            let product = row.product.map(|product| format!("Product: {product}"));
            let notes: Vec<String> = product.into_iter().chain(row.notes).collect();
            [
                code(&row.key.to_string()),
                text(&row.name.unwrap_or_default()),
                codes(&row.required_credentials),
                codes(&row.optional_credentials),
                codes(&row.capabilities) + inferred,
                codes(&row.channels),
                codes(&row.step_names),
                row.status,
                remarks(Some(notes.join(". ").as_str()).filter(|text| !text.is_empty()), row.conflict.as_deref()),
                source,
            ]
        }),
    ));
    Ok(Page { file, title, about: "what each workflow needs and runs", content })
}

fn capabilities() -> Result<Page> {
    let (file, title) = ("capabilities.md", "Capabilities and labels");
    let summary = "What Jumio checks, and what it says of it. Meanings are in our words. The classes *passed* and *not \
                   executed* come from the decision that a label was documented with, and *technical* from the name \
                   `TECHNICAL_ERROR`; every other class is a conclusion, the graver one where two are possible, and the row \
                   says why.";
    let mut content = head(title, &[Capability::path(), Label::path()], summary);
    let rows = tables::read::<Capability>()?;
    content.push_str(&table(
        ["capability", "question", "decisions", "after", "credentials", "notes", "source"],
        rows.iter().map(|row| {
            [
                format!("[`{0}`](#labels-of-{0})", row.capability),
                text(&row.meaning),
                codes(&row.decision_types),
                codes(&row.depends_on),
                codes(&row.credential_categories),
                remarks(row.notes.as_deref(), row.conflict.as_deref()),
                sources(row.source()),
            ]
        }),
    ));
    let labels = tables::read::<Label>()?;
    for row in &rows {
        let place = format!("Labels of `{}`", row.capability);
        section(&mut content, &place, &format!("labels-of-{}", row.capability), &row.capability, &labels);
    }
    section(&mut content, "Labels of the whole transaction", "labels-of-workflow", "workflow", &labels);
    section(&mut content, "Labels of a step", "labels-of-step", "step", &labels);
    Ok(Page { file, title, about: "what is checked, and every label with its meaning and class", content })
}

fn section(content: &mut String, title: &str, anchor: &str, scope: &str, labels: &[Label]) {
    content.push_str(&format!("<a id=\"{anchor}\"></a>\n\n## {title}\n\n"));
    content.push_str(&table(
        ["label", "decision", "meaning", "class", "why this class", "documented for", "notes", "source"],
        labels.iter().filter(|label| label.capability == scope).map(|label| {
            [
                code(&label.label),
                codes(&label.decision_types),
                text(&label.meaning),
                label.class.replace('_', " "),
                match &label.reason {
                    Some(reason) => format!("inferred: {}", text(reason)),
                    None if label.class == "technical" => "its name says so".to_owned(),
                    None => "the decision says so".to_owned(),
                },
                codes(&label.applies_to),
                remarks(label.notes.as_deref(), None),
                sources(label.source()),
            ]
        }),
    ));
}

fn enumerations() -> Result<Page> {
    let (file, title) = ("enumerations.md", "Statuses and other enumerations");
    let summary = "The short lists of values: statuses, decisions, categories, channels and the rest. Where a Rust type \
                   exists, it is in `jumio_model::vocabulary`.";
    let mut content = head(title, &[EnumValue::path()], summary);
    let rows = tables::read::<EnumValue>()?;
    let mut done: Vec<&str> = Vec::new();
    for first in &rows {
        let key = first.r#enum.as_str();
        if done.contains(&key) {
            continue;
        }
        done.push(key);
        content.push_str(&format!("## {}\n\n", code(key)));
        if let Some(name) = enums::type_of(key) {
            content.push_str(&format!("Rust: `{name}`\n\n"));
        }
        content.push_str(&table(
            ["value", "meaning", "notes", "source"],
            rows.iter().filter(|row| row.r#enum == key).map(|row| {
                let closed = (!row.open).then_some("the source calls the list complete");
                let notes: Vec<&str> = row.notes.as_deref().into_iter().chain(closed).collect();
                [
                    code(&row.value),
                    text(row.meaning.as_deref().unwrap_or_default()),
                    remarks(Some(notes.join(". ").as_str()).filter(|text| !text.is_empty()), row.conflict.as_deref()),
                    sources(row.source()),
                ]
            }),
        ));
    }
    Ok(Page { file, title, about: "every short list of values", content })
}
